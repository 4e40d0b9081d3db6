// Must not compile, and say why in one sentence: a stream says its type by number, and this one has
// none, though it has the size of f16.
#include <robocache/trajectory/fuse.hpp>

struct other_half {
  std::uint16_t bits;
};

int main() {
  const other_half values[4] = {};
  const std::int64_t times[4] = {0, 1000, 2000, 3000};
  const robocache::fuse_stream<std::int64_t> stream(
      robocache::view<const other_half, 3>(values, {1, 4, 1}),
      robocache::view<const std::int64_t, 2>(times, {1, 4}));
  return stream.extents[1] == 4 ? 0 : 1;
}
