/// \file
/// NumPy files: `.npy` arrays and `.npz` archives of them, read strictly and written plainly.
///
/// Whatever is wrong with a file throws `failure` with the file, the array, what was expected and
/// what came; nothing is guessed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "files/array.hpp"
#include "files/npy.hpp"
#include "files/progress.hpp"

struct zip;

namespace robocache::cli {

/// A file of named arrays, open for reading: an .npz archive, or one .npy array under the name "".
class array_file {
 public:
  explicit array_file(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// In the order of the file.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Fails with the list of arrays when there is none of that name. "ARRAY.FIELD" is a field of a
  /// structured one, "FIELD" of an .npy file.
  [[nodiscard]] array read(const std::string& name, const progress_hook& progress = {}) const;
  /// The fields of an array; one without a name where it is plain.
  [[nodiscard]] std::vector<named_field> read_fields(const std::string& name,
                                                     const progress_hook& progress = {}) const;

 private:
  struct member {
    std::vector<std::byte> bytes;
    std::string where;
  };

  [[nodiscard]] bool has(const std::string& name) const;
  [[noreturn]] void fail_missing(const std::string& name) const;
  [[nodiscard]] member load(const std::string& name, const progress_hook& progress) const;
  [[nodiscard]] std::vector<std::byte> load_member(std::uint64_t index, const std::string& where,
                                                   const progress_hook& progress) const;

  std::string path_;
  std::unique_ptr<zip, void (*)(zip*)> archive_;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> indices_;
};

struct named_array {
  std::string name;
  const array* values;
};

/// Writes a compressed .npz, whole or not at all. Equal arrays give equal files.
void write_npz(const std::string& path, const std::vector<named_array>& arrays,
               const progress_hook& progress = {});

}  // namespace robocache::cli
