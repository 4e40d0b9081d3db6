/// \file
/// How much memory there is, asked before a part of it is taken: a machine that overcommits kills
/// processes in place of refusing.
#pragma once

#include <string>

namespace robocache::cli {

/// Bytes that can still be had, swap among them, within the limits of a control group. Infinite
/// where the system does not say.
double available_memory();

/// Throws `memory_failure`, which begins with `what`, where `bytes` are more than that.
void check_memory(double bytes, const std::string& what);

}  // namespace robocache::cli
