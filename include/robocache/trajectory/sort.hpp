/// \file
/// Stamps that step back: where they do, and which samples in which order make them ascend.
#pragma once

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <robocache/detail/check.hpp>
#include <vector>

ROBOCACHE_BEGIN_NAMESPACE

/// What becomes of samples whose stamps step back.
enum class unsorted_policy : std::uint8_t {
  error,  ///< they are refused
  sort,   ///< all come into the order of their stamps; those that share one keep their order
  drop,   ///< each whose stamp is smaller than the largest one kept before it is left out
};

namespace detail {

/// A stamp, told apart from any other: integers whole, floats with 17 digits.
template <class Time>
std::string exact_text(Time stamp) {
  if constexpr (std::is_integral_v<Time>) {
    return std::to_string(stamp);
  } else {
    char text[32];
    std::snprintf(text, sizeof(text), "%.17g", static_cast<double>(stamp));
    return text;
  }
}

template <class Time>
void refuse_nan_stamps(const label& op, const Time* stamps, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (stamps[i] == stamps[i]) continue;
    fail(op, "stamps must be numbers (got NaN at index " + std::to_string(i) + ")");
  }
}

template <class Time>
std::vector<std::int64_t> rows_that_ascend(const Time* stamps, std::int64_t count) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    if (rows.empty() || stamps[i] >= stamps[rows.back()]) rows.push_back(i);
  }
  return rows;
}

template <class Time>
std::vector<std::int64_t> rows_by_stamp(const Time* stamps, std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) rows[static_cast<std::size_t>(i)] = i;
  std::stable_sort(rows.begin(), rows.end(),
                   [=](std::int64_t a, std::int64_t b) { return stamps[a] < stamps[b]; });
  return rows;
}

}  // namespace detail

/// The first index whose stamp is smaller than the one before it, or is NaN; -1 where there is
/// none. `stamps` are `count` of any unit, in host memory.
template <class Time>
std::int64_t first_step_back(const Time* stamps, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const bool follows = i == 0 ? stamps[i] == stamps[i] : stamps[i - 1] <= stamps[i];
    if (!follows) return i;
  }
  return -1;
}

/// Which samples, in which order, have stamps that ascend: sample k of what `resample` and `fuse`
/// want is sample `result[k]` of the log.
///
/// \param stamps  `count` stamps in host memory: integers, float or double, in any unit.
/// \param policy  what becomes of those that step back.
///
/// The result has `count` indices, fewer by `unsorted_policy::drop`. Work of O(count) where the
/// stamps ascend or some are dropped, of O(count log count) where they are sorted. Deterministic:
/// the sort is stable.
///
/// Throws `invalid_argument` for a NaN stamp, with its index, under every policy; by
/// `unsorted_policy::error`, also for the first stamp that steps back, with its index and both
/// stamps exactly.
template <class Time>
std::vector<std::int64_t> ascending_rows(const Time* stamps, std::int64_t count,
                                         unsorted_policy policy) {
  const detail::label op = "ascending_rows";
  detail::require_enum(op, "policy must be an unsorted_policy", policy, unsorted_policy::drop);
  detail::refuse_nan_stamps(op, stamps, count);
  if (policy == unsorted_policy::sort) return detail::rows_by_stamp(stamps, count);
  const std::int64_t i = first_step_back(stamps, count);
  if (policy == unsorted_policy::error && i >= 0) {
    detail::fail(op, "stamps must ascend (got " + detail::exact_text(stamps[i]) + " after " +
                         detail::exact_text(stamps[i - 1]) + " at index " + std::to_string(i) +
                         ")");
  }
  return detail::rows_that_ascend(stamps, count);
}

/// The same of a contiguous host container, such as a vector.
template <class Stamps>
std::vector<std::int64_t> ascending_rows(const Stamps& stamps, unsorted_policy policy) {
  return ascending_rows(std::data(stamps), static_cast<std::int64_t>(std::size(stamps)), policy);
}

/// The samples `rows` of a log, in that order: [rows.size(), channels]. Serves for stamps, values
/// and masks alike.
///
/// \param values    a contiguous host container of [S, channels].
/// \param channels  elements of each sample; 1 for stamps and masks.
/// \param rows      a contiguous container of int64 from 0 to S - 1, as `ascending_rows` gives.
///
/// Throws `invalid_argument` for values that are no whole rows, and for a row that is not there.
template <class Values, class Rows>
auto take_rows(const Values& values, std::int64_t channels, const Rows& rows) {
  const detail::label op = "take_rows";
  const auto* data = std::data(values);
  const auto size = static_cast<std::int64_t>(std::size(values));
  if (channels < 1 || size % channels != 0) {
    detail::fail(op, "channels must be at least 1 and divide the number of values (got " +
                         std::to_string(channels) + " and " + std::to_string(size) + ")");
  }
  std::vector<std::remove_const_t<std::remove_pointer_t<decltype(data)>>> taken;
  taken.reserve(static_cast<std::size_t>(channels) * std::size(rows));
  for (const std::int64_t row : rows) {
    if (row < 0 || row >= size / channels) {
      detail::fail(op, "rows must be 0 to " + std::to_string(size / channels - 1) + " (got " +
                           std::to_string(row) + ")");
    }
    taken.insert(taken.end(), data + row * channels, data + (row + 1) * channels);
  }
  return taken;
}

ROBOCACHE_END_NAMESPACE
