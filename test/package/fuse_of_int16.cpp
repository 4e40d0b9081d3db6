// Must not compile, and say why in one sentence: streams hold no int16_t.
#include <robocache/trajectory/fuse.hpp>

int main() {
  const std::int16_t values[4] = {0, 2, 4, 6};
  const std::int64_t times[4] = {0, 1000, 2000, 3000};
  const robocache::fuse_stream<std::int64_t> stream(
      robocache::view<const std::int16_t, 3>(values, {1, 4, 1}),
      robocache::view<const std::int64_t, 2>(times, {1, 4}));
  return stream.extents[1] == 4 ? 0 : 1;
}
