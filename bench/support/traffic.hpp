// The bytes that an operation must move, each once.
#pragma once

#include <cstdint>

namespace robocache::bench {

struct traffic {
  std::int64_t in, out;
  [[nodiscard]] std::int64_t total() const { return in + out; }
};

}  // namespace robocache::bench
