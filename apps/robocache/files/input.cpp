#include "files/input.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr std::size_t chunk = 1 << 20;

[[noreturn]] void cannot(const char* act, const std::string& path) {
  bad_input(path + ": cannot " + act + ": " + system_text(errno));
}

}  // namespace

std::vector<std::byte> read_file(const std::string& path, const progress_hook& progress) {
  std::error_code ignored;  // opening says it better
  if (std::filesystem::is_directory(path, ignored)) {
    bad_input(path + ": expected a file, got a directory");
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) cannot("open", path);
  const std::streamoff size = file.tellg();
  if (size < 0) cannot("read", path);
  check_memory(static_cast<double>(size), path);
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  file.seekg(0);
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t part = std::min(chunk, bytes.size() - done);
    file.read(reinterpret_cast<char*>(bytes.data() + done), static_cast<std::streamsize>(part));
    if (!file) cannot("read", path);
    done += part;
    if (progress) progress(static_cast<double>(done) / static_cast<double>(bytes.size()));
  }
  return bytes;
}

std::string first_bytes(const std::string& path, std::size_t count) {
  std::ifstream file(path, std::ios::binary);
  if (!file) cannot("open", path);
  std::string bytes(count, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(count));
  if (file.bad()) cannot("read", path);
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace robocache::cli
