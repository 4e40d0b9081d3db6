/// \file
/// Samples and their stamps, fit to be resampled.
#pragma once

#include <utility>
#include <vector>

#include "clock_rate.hpp"
#include "files/npz.hpp"
#include "stamps.hpp"

namespace robocache::cli {

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
  std::optional<clock_rate> rate = {};       ///< of stamps that no file has

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

/// Two arrays of a file as they are. With a `rate` there is no array of stamps: every item begins
/// at 0 s.
stream read_stream(const array_file& file, const std::string& values, const std::string& times,
                   const std::optional<clock_rate>& rate);

/// Makes `s`, as it was read from a file, fit to be resampled: its stamps get the unit of the
/// library and ascend, and there are as many as samples. What is sorted, dropped or spare is said
/// on stderr. Fails unless the shapes fit, the stamps are finite and, by `unsorted_policy::error`,
/// ascend.
void prepare_stream(stream& s, stamp_settings settings);

/// Brings stamps, or targets, to one type: nanoseconds where one of them has those, else seconds in
/// float64.
void unify_times(const std::vector<std::pair<array*, std::string>>& named);

}  // namespace robocache::cli
