/// \file
/// Recordings for the tool, and what it made of them.
#pragma once

#include <cmath>
#include <robocache/trajectory/fuse_options.hpp>

#include "files/npz.hpp"
#include "tool.hpp"

namespace test {

using robocache::element;
using robocache::cli::array;
using robocache::cli::array_file;
using numbers = std::vector<double>;
using integers = std::vector<std::int64_t>;
using shape_type = std::vector<std::int64_t>;

/// Whether the library computes a fuse in double precision.
constexpr bool fuses_double = robocache::is_one_of(element::f64, robocache::fuse_elements{});

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

inline void check_numbers(const array& got, const numbers& expected) {
  numbers values;
  for (std::int64_t i = 0; i < got.size(); ++i) values.push_back(number_at(got, i));
  check_numbers(values, expected);
}

/// Samples of 3 t and t^2 at 0, 0.1, ..., 1 s.
inline void write_recording(const std::string& path) {
  std::vector<double> values, times;
  for (int i = 0; i <= 10; ++i) {
    const double t = i / 10.0;
    times.push_back(t);
    values.insert(values.end(), {3 * t, t * t});
  }
  write_bytes(path, zip({{"values.npy", member("<f8", "(11, 2)", values), true},
                         {"times.npy", member("<f8", "(11,)", times)}}));
}

/// Joints at 1 Hz and a force at 4 Hz over 2 s.
inline void write_two_sensors(const temporary_directory& here) {
  write_bytes(here / "joints.npz",
              zip({{"qpos.npy", member<double>("<f8", "(3, 2)", {0, 0, 2, 10, 4, 20}), true},
                   {"times.npy", member<double>("<f8", "(3,)", {0, 1, 2})}}));
  write_bytes(here / "force.npz",
              zip({{"wrench.npy", member<float>("<f4", "(9,)", {0, 1, 2, 3, 4, 5, 6, 7, 8})},
                   {"times.npy", member<double>("<f8", "(1,)", {-1})},  // not the force's
                   {"wrench_times.npy",
                    member<double>("<f8", "(9,)", {0, .25, .5, .75, 1, 1.25, 1.5, 1.75, 2})}}));
}

}  // namespace test
