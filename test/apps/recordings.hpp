/// \file
/// Recordings for the tool, and what it made of them.
#pragma once

#include <cmath>

#include "files/npz.hpp"
#include "tool.hpp"

namespace test {

using robocache::element;
using robocache::cli::array;
using robocache::cli::array_file;
using numbers = std::vector<double>;
using integers = std::vector<std::int64_t>;

/// "(3,)"
inline std::string shape_of(std::size_t count) { return "(" + std::to_string(count) + ",)"; }

/// 0, 1, 2, ...
inline std::vector<float> counted(std::size_t count) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return values;
}

inline std::string stamps_member(const integers& stamps) {
  return member("<i8", shape_of(stamps.size()), stamps);
}
inline std::string stamps_member(const numbers& stamps) {
  return member("<f8", shape_of(stamps.size()), stamps);
}

/// `values`, or 0, 1, 2, ... beside stamps in nanoseconds or seconds.
template <class Stamps>
void write_samples(const std::string& path, const Stamps& stamps, std::vector<float> values = {}) {
  if (values.empty()) values = counted(stamps.size());
  write_bytes(path, zip({{"values.npy", member("<f4", shape_of(values.size()), values)},
                         {"times.npy", stamps_member(stamps)}}));
}

inline numbers numbers_in(const std::string& path, const std::string& name = "values") {
  const array values = array_file(path).read(name);
  numbers result;
  for (std::int64_t i = 0; i < values.size(); ++i) result.push_back(number_at(values, i));
  return result;
}

inline integers integers_in(const std::string& path, const std::string& name = "times") {
  const array values = array_file(path).read(name);
  REQUIRE(values.type == element::i64);
  const auto* data = values.as<std::int64_t>();
  return {data, data + values.size()};
}

/// Equal numbers, with any NaN equal to any other.
inline void check_numbers(const numbers& got, const numbers& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("element " << i << ": got " << got[i] << ", expected " << expected[i]);
    CHECK((got[i] == expected[i] || (std::isnan(got[i]) && std::isnan(expected[i]))));
  }
}

}  // namespace test
