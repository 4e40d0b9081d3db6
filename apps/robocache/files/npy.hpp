/// \file
/// The format of `.npy` files: a header, which is a Python dictionary, and the elements.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "files/array.hpp"

namespace robocache::cli {

/// What every .npy file begins with.
constexpr std::string_view npy_magic = "\x93NUMPY";

/// Reads the bytes of an .npy file strictly, in either order of bytes and of indices; the array is
/// in this machine's and row-major. `where` begins every error, such as "log.npz: array 'ctrl'".
array parse_npy(const std::byte* bytes, std::size_t size, const std::string& where);

/// What comes before the elements in an .npy file.
std::string npy_header(const array& values);

}  // namespace robocache::cli
