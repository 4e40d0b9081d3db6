/// \file
/// Dense arrays of an element type that is known at run time only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <robocache/core/element.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace robocache::cli {

/// The name that NumPy prints, such as "float32".
const char* numpy_name(element type);
/// Bytes of one element.
inline std::size_t bytes_each(element type) { return static_cast<std::size_t>(size_of(type)); }
inline bool is_float(element type) { return type >= element::f16; }

/// A dense row-major array in host memory.
struct array {
  element type = element::f64;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
  /// Of NumPy's times, which are int64: "M8[us]" for datetime64[us], "m8[us]" for timedelta64[us].
  /// Empty for numbers.
  std::string date = {};

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

/// The type as NumPy prints it, such as "float32" or "datetime64[us]".
std::string type_text(const array& values);

/// The bytes that the elements take; infinite beyond any memory.
double bytes_of(element type, const std::vector<std::int64_t>& shape);

/// An array of zeros. Throws `memory_failure` with its size where there is no room for it.
array make_array(element type, std::vector<std::int64_t> shape);

/// Element i as a double; int64 beyond 2^53 is rounded.
double number_at(const array& values, std::int64_t i);

/// `values` rounded to another floating-point type.
array converted(const array& values, element type);

/// "(2751, 14)", as NumPy prints it.
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace robocache::cli
