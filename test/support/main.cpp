/// \file
/// The entry of every test executable. It asks the executable first whether it can run here.

#define CATCH_CONFIG_RUNNER  // version 2 compiles its runner into this file
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "catch.hpp"
#include "skip.hpp"

namespace {

constexpr int skipped = 77;  // ctest's SKIP_RETURN_CODE

bool gpu_required() {
  const char* value = std::getenv("ROBOCACHE_REQUIRE_GPU");
  return value != nullptr && std::strcmp(value, "1") == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (const char* reason = why_skip()) {
    std::fprintf(stderr, "\n*** %s: %s: %s ***\n\n", gpu_required() ? "FAILED" : "SKIPPED", argv[0],
                 reason);
    return gpu_required() ? EXIT_FAILURE : skipped;
  }
  return Catch::Session().run(argc, argv);
}
