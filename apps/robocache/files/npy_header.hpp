/// \file
/// What the header of an .npy file says of its elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "files/array.hpp"

namespace robocache::cli {

/// What every .npy file begins with.
constexpr std::string_view npy_magic = "\x93NUMPY";

/// A part of each element.
struct npy_field {
  std::string name;
  element type = element::f64;
  bool is_swapped = false;           ///< big-endian
  std::string date;                  ///< as that of `array`
  std::vector<std::int64_t> shape;   ///< within an element
  std::size_t offset = 0, size = 0;  ///< bytes within an element
};

struct npy_layout {
  std::vector<npy_field> fields;  ///< one without a name unless it is structured; no padding
  bool is_structured = false;
  std::size_t item_size = 0;  ///< bytes of an element
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::size_t start = 0, size = 0;  ///< bytes of the elements in the file
};

/// Reads the header strictly; the sizes it gives are those of the file. `where` begins every error.
npy_layout parse_npy_header(const std::byte* bytes, std::size_t size, const std::string& where);

/// The name of a type as headers have it, such as "<f8"; empty of those that npy files do not hold.
std::string npy_descr(const array& values);

}  // namespace robocache::cli
