/// \file
/// Dense arrays of an element type that is known at run time only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <robocache/core/float16.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace robocache::cli {

/// The element types that are read and written: little endian, at most 64 bits.
enum class dtype : std::uint8_t {
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  float16,
  float32,
  float64
};

/// The name that NumPy prints, such as "float32".
const char* name_of(dtype type);
std::size_t size_of(dtype type);
inline bool is_float(dtype type) { return type >= dtype::float16; }

template <class T>
constexpr dtype dtype_of() {
  if constexpr (std::is_same_v<T, double>) return dtype::float64;
  if constexpr (std::is_same_v<T, float>) return dtype::float32;
  if constexpr (std::is_same_v<T, f16>) return dtype::float16;
  if constexpr (std::is_same_v<T, std::int64_t>) return dtype::int64;
  if constexpr (std::is_same_v<T, std::int32_t>) return dtype::int32;
  if constexpr (std::is_same_v<T, std::uint8_t>) return dtype::uint8;
  if constexpr (std::is_same_v<T, bool>) return dtype::boolean;
}

/// A dense row-major array in host memory.
struct array {
  dtype type = dtype::float64;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  [[nodiscard]] std::int64_t size() const;

  /// The elements; T must be the element type.
  template <class T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(bytes.data());
  }
  template <class T>
  [[nodiscard]] T* as() {
    return reinterpret_cast<T*>(bytes.data());
  }
};

/// The bytes that the elements take; infinite beyond any memory.
double bytes_of(dtype type, const std::vector<std::int64_t>& shape);

/// An array of zeros. Throws `memory_failure` with its size where there is no room for it.
array make_array(dtype type, std::vector<std::int64_t> shape);

/// Element i as a double; int64 beyond 2^53 is rounded.
double element(const array& values, std::int64_t i);

/// `values` rounded to another floating-point type.
array converted(const array& values, dtype type);

/// "(2751, 14)", as NumPy prints it.
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace robocache::cli
