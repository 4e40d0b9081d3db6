#include "files/output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "files/failure.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void check_output(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  bad_output(path + ": cannot write: expected a regular file or a new one, got " +
             kind_of(status.st_mode));
}

output_file::output_file(const std::string& path) : path_(path) {
  check_output(path);
  check(file_.create(directory_of(path)));
}

void output_file::write(std::uint64_t offset, const void* bytes, std::size_t size) {
  constexpr std::size_t most = 1 << 30;  // some systems refuse more at once
  const auto* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written =
        ::pwrite(file_.descriptor(), from, std::min(size, most), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    check(written < 0 ? errno : written == 0 ? EIO : 0);
    from += written;
    offset += static_cast<std::uint64_t>(written);
    size -= static_cast<std::size_t>(written);
  }
}

void output_file::commit() { check(file_.rename_to(path_)); }

void output_file::check(int error) const {
  if (error != 0) bad_output(path_ + ": cannot write: " + system_text(error));
}

void write_file(const std::string& path, std::string_view bytes) {
  output_file file(path);
  file.write(0, bytes.data(), bytes.size());
  file.commit();
}

}  // namespace robocache::cli
