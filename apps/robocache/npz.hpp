/// \file
/// NumPy files: `.npy` arrays and `.npz` archives of them, read strictly and written plainly.
///
/// Whatever is wrong with a file throws `failure` with the file, the array, what was expected and
/// what came; nothing is guessed.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <robocache/core/float16.hpp>
#include <string>
#include <vector>

struct zip;

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

/// An array of zeros.
array make_array(dtype type, std::vector<std::int64_t> shape);

/// Element i as a double; int64 beyond 2^53 is rounded.
double element(const array& values, std::int64_t i);

/// `values` rounded to another floating-point type.
array converted(const array& values, dtype type);

/// "(2751, 14)", as NumPy prints it.
std::string shape_text(const std::vector<std::int64_t>& shape);

/// Receives how much of a file has been read or written, from 0 to 1.
using progress_hook = std::function<void(double)>;

/// The whole file.
std::vector<std::byte> read_file(const std::string& path, const progress_hook& progress = {});

/// Reads the bytes of an .npy file. `where` begins every error, such as "log.npz: array 'ctrl'".
array parse_npy(const std::byte* bytes, std::size_t size, const std::string& where);

/// What comes before the elements in an .npy file.
std::string npy_header(const array& values);

/// A file of named arrays, open for reading: an .npz archive, or one .npy array under the name "".
class array_file {
 public:
  explicit array_file(const std::string& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// In the order of the file.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Fails with the list of arrays when there is none of that name.
  [[nodiscard]] array read(const std::string& name, const progress_hook& progress = {}) const;

 private:
  [[nodiscard]] array read_member(std::uint64_t index, const std::string& where,
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

/// Writes a compressed .npz under a temporary name and renames it to `path`. Equal arrays give
/// equal files.
void write_npz(const std::string& path, const std::vector<named_array>& arrays,
               const progress_hook& progress = {});

/// Writes text under a temporary name and renames it to `path`.
void write_text(const std::string& path, const std::string& text);

}  // namespace robocache::cli
