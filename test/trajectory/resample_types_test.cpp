// `resample` of element types that the library has never heard of, and of one whose conversion
// throws.
#include <atomic>
#include <robocache/trajectory/resample.hpp>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace robocache;

std::atomic<bool> refuses{false};

/// Stores twice what it means, and cannot say what 13 means while `refuses`.
struct superstitious {
  float twice;

  superstitious() = default;
  explicit superstitious(double value) : twice(static_cast<float>(2 * value)) {}
  explicit operator float() const {
    if (refuses && twice == 26) throw std::domain_error("thirteen");
    return twice / 2;
  }
};
static_assert(std::is_trivially_copyable_v<superstitious>);

constexpr std::int64_t samples = 5000, channels = 3;

struct call {
  std::vector<superstitious> values, out = std::vector<superstitious>(samples * channels);
  std::vector<std::int64_t> stamps, wanted;

  call() {
    for (std::int64_t i = 0; i < samples; ++i) {
      for (std::int64_t c = 0; c < channels; ++c) {
        values.emplace_back(i == samples / 2 ? 13.0 : static_cast<double>(i % 7));
      }
      stamps.push_back(2 * i);
      wanted.push_back(2 * i + 1);
    }
  }
  void run(int threads, const channel_groups& kinds) {
    resample_options<std::int64_t> options;
    options.kinds = kinds;
    resample(cpu{threads}, view<const superstitious, 3>(values.data(), {1, samples, channels}),
             view<const std::int64_t, 2>(stamps.data(), {1, samples}),
             view<const std::int64_t, 2>(wanted.data(), {1, samples}),
             view<superstitious, 3>(out.data(), {1, samples, channels}), options);
  }
};

}  // namespace

TEST_CASE("what a conversion throws in the middle of resample reaches the caller", "[resample]") {
  const channel_groups all_kinds[] = {interpolation::linear,
                                      interpolation::cubic,
                                      {{1, interpolation::pchip}, {2, interpolation::linear}}};
  for (const auto& kinds : all_kinds) {
    for (const int threads : {1, 3, 0}) {
      CAPTURE(threads);
      call c;
      for (int round = 0; round < 20; ++round) {
        refuses = true;
        CHECK_THROWS_AS(c.run(threads, kinds), std::domain_error);
        CHECK_THROWS_WITH(c.run(threads, kinds), "thirteen");
        refuses = false;
        CHECK_NOTHROW(c.run(threads, kinds));
      }
      CHECK(static_cast<float>(c.out[0]) > 0);
      CHECK(static_cast<float>(c.out[channels]) > 1);
    }
  }
  call c;
  c.run(3, interpolation::linear);
  CHECK(static_cast<float>(c.out[channels]) == 1.5F);
}
