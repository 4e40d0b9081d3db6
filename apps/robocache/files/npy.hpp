/// \file
/// The format of `.npy` files: a header, which is a Python dictionary, and the elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "files/array.hpp"

namespace robocache::cli {

/// Reads the bytes of an .npy file strictly, in either order of bytes and of indices; the array is
/// in this machine's and row-major. `where` begins every error, such as "log.npz: array 'ctrl'".
array parse_npy(const std::byte* bytes, std::size_t size, const std::string& where);

/// One field of a structured array.
struct named_field {
  std::string name;                      ///< empty for all of a plain array
  array values;                          ///< of the array's shape, and behind it that of the field
  std::int64_t elements = 0, width = 1;  ///< of the array, and numbers of each
};

/// The same with structured arrays, such as the points of a driver, field by field; padding is left
/// out.
std::vector<named_field> parse_npy_fields(const std::byte* bytes, std::size_t size,
                                          const std::string& where);

/// What comes before the elements in an .npy file.
std::string npy_header(const array& values);

}  // namespace robocache::cli
