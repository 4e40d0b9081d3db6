#include "files/temporary.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <random>
#include <utility>

#include "files/text.hpp"

namespace robocache::cli {
namespace {

std::mutex mutex;  // held while files come and go
temporary_file* first = nullptr;

std::string random_name() {
  std::random_device source;
  const std::uint64_t high = source(), low = source();
  return format(".robocache-%016llx", static_cast<unsigned long long>(high << 32 | low));
}

}  // namespace

void temporary_file::enter() {
  next_ = first;
  first = this;
}

void temporary_file::leave() {
  temporary_file** link = &first;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
  path_.clear();
}

int temporary_file::create(const std::string& directory) {
  constexpr int tries = 100;
  int error = 0;
  for (int i = 0; i < tries; ++i) {
    std::string path = directory + "/" + random_name();
    const std::lock_guard<std::mutex> lock(mutex);
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) {
      path_ = std::move(path);
      enter();
      return 0;
    }
    error = errno;
    if (error != EEXIST) break;
  }
  return error;
}

int temporary_file::close() {
  const int descriptor = std::exchange(descriptor_, -1);
  // Some file systems say only here that they could not write.
  return descriptor < 0 || ::close(descriptor) == 0 ? 0 : errno;
}

int temporary_file::rename_to(const std::string& path) {
  // A file that is replaced hands its permissions on.
  struct stat replaced {};
  constexpr mode_t permissions = 0777;
  if (::stat(path.c_str(), &replaced) == 0 && S_ISREG(replaced.st_mode) &&
      ::fchmod(descriptor_, replaced.st_mode & permissions) != 0) {
    return errno;
  }
  if (const int error = close(); error != 0) return error;
  const std::lock_guard<std::mutex> lock(mutex);
  if (std::rename(path_.c_str(), path.c_str()) != 0) return errno;
  leave();
  return 0;
}

temporary_file::~temporary_file() {
  close();
  if (path_.empty()) return;
  const std::lock_guard<std::mutex> lock(mutex);
  ::unlink(path_.c_str());
  leave();
}

void abandon_temporary_files() {
  mutex.lock();  // for good
  for (const temporary_file* file = first; file != nullptr; file = file->next_) {
    ::unlink(file->path_.c_str());
  }
}

}  // namespace robocache::cli
