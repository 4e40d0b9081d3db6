/// \file
/// How much memory there is, asked before a part of it is taken: a machine that overcommits kills
/// processes in place of refusing.
#pragma once

#include <string>

namespace robocache::cli {

/// Bytes that can still be had, swap among them, within the limits of a control group. Infinite
/// where the system does not say.
double available_memory();

/// Throws `memory_failure`, which begins with `what`, where `bytes` are more than that, or than the
/// `memory_limit` of this thread.
void check_memory(double bytes, const std::string& what);

/// While it lives, readers in this thread take no array of more than `bytes`: for files that nobody
/// answers for. Limits may be nested; the last one holds.
class memory_limit {
 public:
  explicit memory_limit(double bytes);
  ~memory_limit();
  memory_limit(const memory_limit&) = delete;
  memory_limit& operator=(const memory_limit&) = delete;

 private:
  double before_;
};

}  // namespace robocache::cli
