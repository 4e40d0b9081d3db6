// Prints a digest of resampled bits, of every kind. However this file is compiled, it is the same.
#include <cstdint>
#include <cstdio>
#include <robocache/robocache.hpp>
#include <vector>

namespace {

// Whole numbers only, so that no flag can touch the input.
class integers {
 public:
  std::int64_t below(std::int64_t bound) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>(state_ >> 33) % bound;
  }

 private:
  std::uint64_t state_ = 1;
};

template <class T, class Time>
std::uint64_t digest(const robocache::channel_groups& kinds) {
  constexpr std::int64_t samples = 200;
  constexpr std::int64_t channels = 8;
  constexpr std::int64_t columns = 2000;
  integers draw;
  std::vector<T> source(samples * channels);
  std::vector<Time> times(samples);
  std::vector<Time> targets(columns);
  std::vector<T> output(columns * channels);
  for (T& value : source) value = static_cast<T>(draw.below(2001) - 1000);
  std::int64_t now = 0;
  for (Time& stamp : times) stamp = static_cast<Time>(now += draw.below(1000));
  for (Time& target : targets) target = static_cast<Time>(draw.below(now + 2000) - 1000);

  robocache::resample_options<Time> options;
  options.kinds = kinds;
  robocache::resample(robocache::cpu{},
                      robocache::view<const T, 3>(source.data(), {1, samples, channels}),
                      robocache::view<const Time, 2>(times.data(), {1, samples}),
                      robocache::view<const Time, 2>(targets.data(), {1, columns}),
                      robocache::view<T, 3>(output.data(), {1, columns, channels}), options);

  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  const auto* bytes = reinterpret_cast<const unsigned char*>(output.data());
  for (std::size_t i = 0; i < output.size() * sizeof(T); ++i) {
    hash = (hash ^ bytes[i]) * 1099511628211U;
  }
  return hash;
}

}  // namespace

int main() {
  using robocache::channel_groups;
  using robocache::interpolation;
  const channel_groups all[] = {interpolation::linear,
                                interpolation::nearest,
                                interpolation::cubic,
                                interpolation::pchip,
                                {{4, interpolation::slerp_xyzw}, {4, interpolation::slerp_wxyz}}};
  for (const channel_groups& kinds : all) {
    std::printf("%016llx %016llx\n",
                static_cast<unsigned long long>(digest<float, std::int64_t>(kinds)),
                static_cast<unsigned long long>(digest<double, double>(kinds)));
  }
}
