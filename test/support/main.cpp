/// \file
/// The entry of every test executable. It asks the executable first whether it can run here.

#define CATCH_CONFIG_RUNNER               // version 2 compiles its runner into this file
#define CATCH_CONFIG_EXTERNAL_INTERFACES  // and its listeners
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "catch.hpp"
#include "skip.hpp"

namespace {

constexpr int skipped = 77;  // ctest's SKIP_RETURN_CODE

bool is_one(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && std::strcmp(value, "1") == 0;
}

struct run_of_cases {
  int started = 0;
  std::string running;
  std::set<std::string> skipped;
};

run_of_cases& cases() {
  static run_of_cases the_run;
  return the_run;
}

#if defined(CATCH_VERSION_MAJOR) && CATCH_VERSION_MAJOR >= 3
using listener_base = Catch::EventListenerBase;
#else
using listener_base = Catch::TestEventListenerBase;
#endif

struct case_counter : listener_base {
  using listener_base::listener_base;
  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    ++cases().started;
    cases().running = info.name;
  }
};
CATCH_REGISTER_LISTENER(case_counter)

}  // namespace

namespace test {

bool skip_loudly(const std::string& reason) {
  const std::string& name = cases().running;
  cases().skipped.insert(name);
  std::fprintf(stderr, "\n*** SKIPPED: %s: %s ***\n\n", name.c_str(), reason.c_str());
  return true;
}

bool under_sanitizer() {
  if (const char* said = std::getenv("ROBOCACHE_UNDER_COMPUTE_SANITIZER")) {
    return std::strcmp(said, "0") != 0;
  }
  // What the tool exports to the processes that it starts; the name depends on its version.
  for (const char* name :
       {"NV_SANITIZER_INJECTION_PORT_BASE", "NV_SANITIZER_INJECTION_PORT_RANGE_BEGIN"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  const char* injected = std::getenv("CUDA_INJECTION64_PATH");
  return injected != nullptr && std::strstr(injected, "libsanitizer-collection") != nullptr;
}

}  // namespace test

int main(int argc, char** argv) {
  if (const char* reason = why_skip()) {
    const bool required = is_one("ROBOCACHE_REQUIRE_GPU");
    std::fprintf(stderr, "\n*** %s: %s ***\n\n", required ? "FAILED" : "SKIPPED", reason);
    return required ? EXIT_FAILURE : skipped;
  }
  const int status = Catch::Session().run(argc, argv);
  const bool nothing_ran =
      cases().started > 0 && cases().skipped.size() == static_cast<std::size_t>(cases().started);
  return status == EXIT_SUCCESS && nothing_ran ? skipped : status;
}
