/// \file
/// The one way to write a file: beside its target, which it replaces when it is whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "files/temporary.hpp"

namespace robocache::cli {

/// Refuses a path that holds anything but a regular file: a rename would replace it.
void check_output(const std::string& path);

/// A file in the making. All functions throw `output_failure`; what is not committed leaves
/// nothing.
class output_file {
 public:
  explicit output_file(const std::string& path);

  /// Writes at `offset`.
  void write(std::uint64_t offset, const void* bytes, std::size_t size);
  /// Replaces the target.
  void commit();

 private:
  void check(int error) const;

  std::string path_;
  temporary_file file_;
};

/// Writes a whole file.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace robocache::cli
