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

/// How stamps are read, as far as a user has said it.
struct stamp_settings {
  std::optional<time_unit> unit;            ///< none: integers ns, floats s
  std::optional<unsorted_policy> unsorted;  ///< none: error
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

/// Samples and their stamps. `values` is [T], [T, D] or [B, T, D], `times` [T] or [B, T]; int64
/// stamps count nanoseconds, others seconds. `name` begins errors.
struct stream {
  array values;
  array times;
  std::string name;
  std::string times_name;
  std::vector<std::int64_t> lengths = {};    ///< samples of each item; empty: all
  std::string times_type = {};               ///< as the file has them
  std::optional<time_unit> times_unit = {};  ///< as they were read; none: their own
  double resolution = 0;                     ///< seconds by which the file may show one time as two

  [[nodiscard]] std::int64_t items() const {
    return values.shape.size() == 3 ? values.shape[0] : 1;
  }
  /// Of an item with its padding.
  [[nodiscard]] std::int64_t samples() const {
    return values.shape.size() == 3 ? values.shape[1] : values.shape[0];
  }
  [[nodiscard]] std::int64_t samples_of(std::int64_t item) const {
    return lengths.empty() ? samples() : lengths[static_cast<std::size_t>(item)];
  }
  [[nodiscard]] std::int64_t channels() const {
    return values.shape.size() == 1 ? 1 : values.shape.back();
  }
  /// What one target takes in the result: its values, its time and whether it is valid.
  [[nodiscard]] double target_bytes() const {
    return static_cast<double>(channels()) * static_cast<double>(bytes_each(values.type)) +
           static_cast<double>(bytes_each(times.type)) + 1;
  }
};

/// Makes `s`, as it was read from a file, fit to be resampled: its stamps get the unit of the
/// library and ascend. What is sorted or dropped is said on stderr. Fails unless the shapes fit,
/// the stamps are finite and, by `unsorted_policy::error`, ascend.
void prepare_stream(stream& s, const stamp_settings& settings);

}  // namespace robocache::cli
