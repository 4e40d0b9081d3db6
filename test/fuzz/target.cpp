// A libFuzzer target of one reader. Whatever is thrown ends it as a crash does.
#include <cstddef>
#include <cstdint>

#include "fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::reader& fuzzed = test::reader_of(ROBOCACHE_FUZZED);
  fuzzed.read({reinterpret_cast<const char*>(data), size});
  return 0;
}
