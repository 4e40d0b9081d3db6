/// \file
/// Stamps as files hold them: their type, their unit and their order.
#pragma once

#include <optional>
#include <robocache/trajectory/sort.hpp>
#include <string>

#include "files/array.hpp"

namespace robocache::cli {

enum class time_unit : std::uint8_t { s, ms, us, ns };

/// "us"
const char* name_of(time_unit unit);
/// 1e-6
double seconds_of(time_unit unit);
/// None for text that names no unit.
std::optional<time_unit> parse_unit(const std::string& text);
/// None for text that names no policy: error, sort or drop.
std::optional<unsorted_policy> parse_unsorted(const std::string& text);

/// Which stamp is left out where there is one more than samples.
enum class spare_stamp : std::uint8_t { last, first, error };

/// How stamps are read, as far as a user has said it.
struct stamp_settings {
  std::optional<time_unit> unit;            ///< none: integers ns, floats s
  std::optional<unsorted_policy> unsorted;  ///< none: error
  spare_stamp spare = spare_stamp::last;
};

/// What `unit`, or none, means for stamps of a type; none for datetime64, which say it themselves.
std::optional<time_unit> unit_of(const array& raw, std::optional<time_unit> unit);

/// From a value that is not negative to the next one of float64 or float32.
double step_after(double value, element type);

/// Stamp i as the file has it: integers whole, floats with the digits that tell it from all others.
std::string stamp_text(const array& raw, std::int64_t i);

/// "index 3", or "index 3 of item 1" where each item has stamps of its own.
std::string place_text(const array& times, std::int64_t i);

/// Stamps in the unit of the library: integers and datetime64 of any kind as int64 nanoseconds,
/// exactly, floats as seconds, divided once; float32 that are no seconds become float64. `name`
/// begins errors. Fails for other types, NaT, a stamp that no int64 of nanoseconds is, and a unit
/// that contradicts that of datetime64.
array read_stamps(const array& raw, const std::string& name, std::optional<time_unit> unit);

/// Seconds by which stamps as a file has them may show one time as two: a count of their unit, or
/// two steps of their floats.
double resolution_of(const array& raw, std::optional<time_unit> unit, const std::string& name);

/// Float seconds as int64 nanoseconds, rounded once. Fails where they do not fit; `name` begins
/// errors.
array nanoseconds_from(const array& seconds, const std::string& name);

}  // namespace robocache::cli
