/// \file
/// What cannot run here says so: a whole executable before it starts, one test case from within.
/// ctest lists the reasons below its summary.
#pragma once

#include <string>

/// Why no test of this executable can run on this machine; null when they can.
const char* why_skip();

namespace test {

/// Says that the running test case is skipped and why, and returns true:
///
///     if (!exists(path) && skip_loudly("there is no " + path)) return;
///
/// An executable all of whose test cases were skipped is skipped for ctest too. Only on the thread
/// that runs the test case.
bool skip_loudly(const std::string& reason);

/// Whether compute-sanitizer runs this process. It serialises launches and slows them down a
/// hundredfold, so that tests of concurrency and of time fail under it with nothing wrong.
/// ROBOCACHE_UNDER_COMPUTE_SANITIZER=1 or =0 overrules what is found.
bool under_sanitizer();

}  // namespace test
