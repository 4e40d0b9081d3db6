/// \file
/// Files that lie beside their target until they are whole.
#pragma once

#include <string>

namespace robocache::cli {

/// A new file of a random name, which never follows a link and never opens what is there already.
/// It goes with this object unless it has been renamed. Errors are values of errno.
class temporary_file {
 public:
  temporary_file() = default;
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file();

  /// Makes it in `directory`, open for writing; the umask says who may read it. 0, or the error.
  int create(const std::string& directory);
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Closes it and puts it in the place of `path`. 0, or the error.
  int rename_to(const std::string& path);

 private:
  friend void abandon_temporary_files();

  int close();
  void enter();
  void leave();

  int descriptor_ = -1;
  std::string path_;                // empty: there is none
  temporary_file* next_ = nullptr;  // of all that there are
};

/// Removes all temporary files of this process and lets none be made or renamed any more: for a
/// process that ends without unwinding. Allocates nothing.
void abandon_temporary_files();

}  // namespace robocache::cli
