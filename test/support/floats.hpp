// What tests need to know of floating-point formats, worked out apart from the library.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <robocache/core/float16.hpp>
#include <type_traits>
#include <vector>

namespace test {

/// Bits of a format: precision (with the hidden bit), exponent of its smallest subnormal.
template <class T>
struct format;
template <>
struct format<float> {
  using word = std::uint32_t;
  static constexpr int precision = 24, lowest = -149, highest = 127;
  static constexpr const char* name = "float";
};
template <>
struct format<double> {
  using word = std::uint64_t;
  static constexpr int precision = 53, lowest = -1074, highest = 1023;
  static constexpr const char* name = "double";
};
template <>
struct format<robocache::bf16> {
  using word = std::uint16_t;
  static constexpr int precision = 8, lowest = -133, highest = 127;
  static constexpr const char* name = "bf16";
};
template <>
struct format<robocache::f16> {
  using word = std::uint16_t;
  static constexpr int precision = 11, lowest = -24, highest = 15;
  static constexpr const char* name = "f16";
};
template <>
struct format<std::int64_t> {
  static constexpr const char* name = "int64";
};

template <class T>
typename format<T>::word bits_of(T value) {
  typename format<T>::word word;
  std::memcpy(&word, &value, sizeof word);
  return word;
}

template <class T>
T from_bits(typename format<T>::word word) {
  T value;
  std::memcpy(&value, &word, sizeof word);
  return value;
}

/// The value of a bit pattern by the textbook: sign, exponent, fraction.
template <class T>
double decode(typename format<T>::word word) {
  constexpr int fraction_bits = format<T>::precision - 1;
  constexpr int exponent_bits = static_cast<int>(sizeof(T)) * 8 - 1 - fraction_bits;
  const auto bits = static_cast<std::uint64_t>(word);
  const auto fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
  const auto exponent =
      static_cast<int>((bits >> fraction_bits) & ((std::uint64_t{1} << exponent_bits) - 1));
  const double sign = (bits >> (fraction_bits + exponent_bits)) != 0 ? -1.0 : 1.0;
  if (exponent == (1 << exponent_bits) - 1) {
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  const auto hidden = exponent != 0 ? std::uint64_t{1} << fraction_bits : 0;
  return sign * std::ldexp(static_cast<double>(fraction + hidden),
                           format<T>::lowest + (exponent != 0 ? exponent - 1 : 0));
}

template <class T>
long double as_real(T value) {
  return static_cast<long double>(decode<T>(bits_of(value)));
}

/// The distance between neighbouring numbers of format T at x.
template <class T>
long double ulp_at(long double x) {
  if (x == 0 || !std::isfinite(x)) return std::ldexp(1.0L, format<T>::lowest);
  return std::ldexp(1.0L,
                    std::max(std::ilogb(x) - (format<T>::precision - 1), int{format<T>::lowest}));
}

/// x rounded to format T, to nearest even, by scaling to whole numbers.
template <class T>
long double rounded_to(long double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  const long double ulp = ulp_at<T>(x);
  const long double result = std::nearbyint(x / ulp) * ulp;
  const long double most =
      std::ldexp(2.0L - std::ldexp(1.0L, 1 - format<T>::precision), format<T>::highest);
  return std::fabs(result) > most ? std::copysign(std::numeric_limits<long double>::infinity(), x)
                                  : result;
}

/// Numbers of format T between a and b.
template <class T>
std::uint64_t ulp_distance(T a, T b) {
  const auto place = [](T value) {
    constexpr auto sign = std::uint64_t{1} << (sizeof(T) * 8 - 1);
    const auto word = static_cast<std::uint64_t>(bits_of(value));
    return (word & sign) != 0 ? sign - (word & ~sign) : sign + word;
  };
  const std::uint64_t x = place(a), y = place(b);
  return x > y ? x - y : y - x;
}

template <class T>
bool is_canonical_nan(T value) {
  constexpr auto pattern = sizeof(T) == 8   ? std::uint64_t{0x7ff8000000000000}
                           : sizeof(T) == 4 ? std::uint64_t{0x7fc00000}
                                            : std::uint64_t{0x7fff};
  return bits_of(value) == pattern;
}

/// The index of the first element whose bytes differ, or -1.
template <class T>
std::int64_t first_difference(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return 0;
  if (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0) return -1;
  std::size_t i = 0;
  while (std::memcmp(&a[i], &b[i], sizeof(T)) == 0) ++i;
  return static_cast<std::int64_t>(i);
}

}  // namespace test
