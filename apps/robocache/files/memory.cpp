#include "files/memory.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "files/failure.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

thread_local double most_allowed = INFINITY;  // bytes

/// The number behind `name` in lines of names and numbers; NaN where there is none.
double number_of(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  double number = 0;
  while (file >> word) {
    if (word == name && file >> number) return number;
  }
  return NAN;
}

/// The only number in a file; NaN for "max".
double number_in(const std::string& path) {
  std::ifstream file(path);
  double number = 0;
  return file >> number ? number : NAN;
}

double machine_memory() {
  constexpr const char* path = "/proc/meminfo";
  const double available = number_of(path, "MemAvailable:");
  const double swap = number_of(path, "SwapFree:");
  if (std::isnan(available)) return INFINITY;
  return 1024 * (available + (std::isnan(swap) ? 0 : swap));
}

/// Of a control group: its limit less what is used and cannot be dropped, as cached files can.
double group_memory(const std::string& limit, const std::string& used, const std::string& stat) {
  const double most = number_in(limit), now = number_in(used);
  if (std::isnan(most) || std::isnan(now)) return INFINITY;
  double cached = 0;
  for (const char* name : {"inactive_file", "active_file"}) {
    const double bytes = number_of(stat, name);
    if (!std::isnan(bytes)) cached += bytes;
  }
  return std::max(most - now + cached, 0.0);
}

/// The group of this process in the unified hierarchy, such as "/user.slice".
std::string group_name() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("0::", 0) == 0) return line.substr(3);
  }
  return "/";
}

}  // namespace

double available_memory() {
  double least = machine_memory();
  const std::string root = "/sys/fs/cgroup";
  // A container sees its own group as the root.
  for (const std::string& group : {root + group_name() + "/", root + "/"}) {
    least = std::min(
        least, group_memory(group + "memory.max", group + "memory.current", group + "memory.stat"));
  }
  const std::string old = root + "/memory/";  // version 1
  return std::min(least, group_memory(old + "memory.limit_in_bytes", old + "memory.usage_in_bytes",
                                      old + "memory.stat"));
}

void check_memory(double bytes, const std::string& what) {
  const auto refuse = [&](double most, const char* why) {
    throw memory_failure(what + format(": needs %.0f bytes (", bytes) + bytes_text(bytes) +
                         ") of memory, and " + bytes_text(most) + why);
  };
  if (bytes > most_allowed) refuse(most_allowed, " are allowed");
  constexpr double small = 1 << 24;  // not worth the question
  if (bytes <= small) return;
  const double available = available_memory();
  if (bytes > available) refuse(available, " are free");
}

memory_limit::memory_limit(double bytes) : before_(most_allowed) { most_allowed = bytes; }
memory_limit::~memory_limit() { most_allowed = before_; }

}  // namespace robocache::cli
