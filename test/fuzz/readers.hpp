/// \file
/// The readers of files as functions of bytes, and what must hold of whatever they make of them.
#pragma once

#include <string>
#include <vector>

namespace test {

constexpr double most_memory = 1 << 24;  // bytes, of an array

struct reader {
  const char* name;
  /// Reads `input`; refusing it is no failure. Throws `std::logic_error` where what was read
  /// contradicts itself.
  void (*read)(const std::string& input);
};

/// npy, npz, ply and points.
const std::vector<reader>& readers();
const reader& reader_of(const std::string& name);

}  // namespace test
