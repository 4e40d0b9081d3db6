#include "files/temporary.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <random>
#include <set>
#include <utility>

#include "files/text.hpp"

namespace robocache::cli {
namespace {

struct registry {
  std::mutex mutex;
  std::set<std::string> paths;
};

/// Never destroyed, since the process may be ending when it is asked.
registry& temporaries() {
  static auto& instance = *new registry;
  return instance;
}

std::string random_name() {
  std::random_device source;
  const std::uint64_t high = source(), low = source();
  return format(".robocache-%016llx", static_cast<unsigned long long>(high << 32 | low));
}

}  // namespace

int temporary_file::create(const std::string& directory) {
  constexpr int tries = 100;
  registry& all = temporaries();
  for (int i = 0; i < tries; ++i) {
    std::string path = directory + "/" + random_name();
    const std::lock_guard<std::mutex> lock(all.mutex);
    const auto place = all.paths.insert(path).first;
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) {
      path_ = std::move(path);
      return 0;
    }
    const int error = errno;
    all.paths.erase(place);
    if (error != EEXIST) return error;
  }
  return EEXIST;
}

int temporary_file::close() {
  const int descriptor = std::exchange(descriptor_, -1);
  // Some file systems say only here that they could not write.
  return descriptor < 0 || ::close(descriptor) == 0 ? 0 : errno;
}

int temporary_file::rename_to(const std::string& path) {
  if (const int error = close(); error != 0) return error;
  const std::lock_guard<std::mutex> lock(temporaries().mutex);
  if (std::rename(path_.c_str(), path.c_str()) != 0) return errno;
  temporaries().paths.erase(path_);
  path_.clear();
  return 0;
}

temporary_file::~temporary_file() {
  close();
  if (path_.empty()) return;
  const std::lock_guard<std::mutex> lock(temporaries().mutex);
  ::unlink(path_.c_str());
  temporaries().paths.erase(path_);
}

void abandon_temporary_files() {
  temporaries().mutex.lock();  // for good
  for (const std::string& path : temporaries().paths) ::unlink(path.c_str());
}

}  // namespace robocache::cli
