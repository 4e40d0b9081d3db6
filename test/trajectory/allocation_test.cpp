// Where memory runs out in `resample`, `fuse` or `forward_fill`, a bad_alloc comes out and nothing
// is written; the steady state allocates nothing.
#include "support/allocation.hpp"

#include <robocache/trajectory/fuse.hpp>

namespace {

using namespace robocache;
using test::check_allocations;
using test::trial;

constexpr std::int64_t items = 3, samples = 400, targets = 700, channels = 8;

/// A batch: rows of all items, padded or packed, and where results go.
struct batch {
  std::vector<float> values;
  std::vector<bf16> halves;
  std::vector<std::int64_t> stamps, wanted;
  std::vector<std::uint8_t> mask;
  std::vector<std::int64_t> lengths = {samples, samples / 2, 0}, own_targets = {targets, 9, 300};
  std::vector<std::int64_t> offsets = {0, 500, 500, items* samples};
  std::vector<std::int64_t> target_offsets = {0, 11, 800, items* targets};

  std::vector<float> out = std::vector<float>(items * targets * channels, -7.0F);
  std::vector<std::uint8_t> valid = std::vector<std::uint8_t>(items * targets * 3, 9);
  std::vector<std::int64_t> left = std::vector<std::int64_t>(items * targets * 3, -7), age = left;
  std::vector<double> weight = std::vector<double>(items * targets, -7.0);
  std::vector<std::uint32_t> status = std::vector<std::uint32_t>(items, 77);

  batch() {
    for (std::int64_t i = 0; i < items * samples * channels; ++i) {
      const auto v = static_cast<float>(i * 7919 % 1000) / 8 - 50;
      values.push_back(i % 31 == 0 ? std::numeric_limits<float>::quiet_NaN() : v);
      halves.push_back(bf16(v));
    }
    for (std::int64_t i = 0; i < items * samples; ++i) {
      stamps.push_back(i % samples * 10);
      mask.push_back(i % 5 != 0 ? 1 : 0);
    }
    for (std::int64_t i = 0; i < items * targets; ++i) wanted.push_back(i * 37 % 4200 - 100);
  }

  [[nodiscard]] view<const float, 3> source(bool packed = false) const {
    if (packed) return {values.data(), {1, items * samples, channels}};
    return {values.data(), {items, samples, channels}};
  }
  [[nodiscard]] view<const std::int64_t, 2> times(bool packed = false) const {
    if (packed) return {stamps.data(), {1, items * samples}};
    return {stamps.data(), {items, samples}};
  }
  void run(const cpu& executor, const resample_options<std::int64_t>& options) {
    const bool packed = options.samples.offsets.data_handle() != nullptr;
    const std::int64_t entries = packed ? 1 : items, each = packed ? items * targets : targets;
    resample_report<std::int64_t> report;
    report.valid = {valid.data(), {entries, each}};
    report.left = {left.data(), {entries, each}};
    report.weight = {weight.data(), {entries, each}};
    report.age = {age.data(), {entries, each}};
    report.status = {status.data(), {items}};
    resample(executor, source(packed), times(packed),
             view<const std::int64_t, 2>(wanted.data(), {entries, each}),
             view<float, 3>(out.data(), {entries, each, channels}), options, report);
  }
  trial of(const char* name, const resample_options<std::int64_t>& options) {
    trial t(name, [=](const cpu& executor) { run(executor, options); });
    t.writes(out).writes(valid).writes(left).writes(weight).writes(age).writes(status);
    return t;
  }
};

}  // namespace

TEST_CASE("what allocates is found out", "[allocation]") {
  std::vector<int> out(3, -7);
  const auto error_of = [&](const char* name, std::function<void(const cpu&)> call) {
    trial t(name, std::move(call));
    return t.writes(out).fault(2, false);
  };
  const auto allocate = [] { static_cast<void>(std::vector<int>(5, 1)); };
  CHECK(error_of("writes late", [&](const cpu&) {
          allocate();
          allocate();
          out[1] = 3;
        }).empty());
  CHECK(error_of("writes early", [&](const cpu&) {
          allocate();
          out[1] = 3;
          allocate();
        }) == "writes early on 2 threads: allocation 1 of 2 fails: outputs are written; ");
  CHECK(error_of("hides it", [&](const cpu&) {
          try {
            allocate();
            out[1] = 3;
          } catch (const std::bad_alloc&) {
          }
        }) == "hides it on 2 threads: a good call differs; ");
  trial greedy("greedy", [&](const cpu& executor) {
    allocate();
    detail::parallel_for(3, 1, executor.threads(),
                         [&](std::int64_t, std::int64_t) { std::free(std::malloc(40)); });
  });
  CHECK(greedy.steady_allocations(2) >= 1);
}

TEST_CASE("resample: memory that runs out", "[allocation]") {
  batch b;
  resample_options<std::int64_t> plain, mixed, padded, packed;
  check_allocations(b.of("plain", plain));
  mixed.kinds = {{4, interpolation::slerp_xyzw},
                 {1, interpolation::cubic},
                 {2, interpolation::pchip},
                 {1, interpolation::nearest}};
  mixed.nans = nan_policy::skip;
  mixed.sample_mask = {b.mask.data(), {items, samples}};
  check_allocations(b.of("mixed", mixed));
  padded.samples.lengths = {b.lengths.data(), {items}};
  padded.targets.lengths = {b.own_targets.data(), {items}};
  check_allocations(b.of("padded", padded));
  packed.samples.offsets = {b.offsets.data(), {items + 1}};
  packed.targets.offsets = {b.target_offsets.data(), {items + 1}};
  check_allocations(b.of("packed", packed));
}

TEST_CASE("forward_fill: memory that runs out", "[allocation]") {
  batch b;
  forward_fill_options<std::int64_t> options;
  options.max_age = 50;
  options.sample_mask = {b.mask.data(), {items, samples}};
  trial t("forward_fill", [&](const cpu& executor) {
    resample_report<std::int64_t> report;
    report.valid = {b.valid.data(), {items, samples}};
    forward_fill(executor, b.source(), b.times(),
                 view<float, 3>(b.out.data(), {items, samples, channels}), options, report);
  });
  check_allocations(t.writes(b.out).writes(b.valid));
}

TEST_CASE("fuse: memory that runs out", "[allocation]") {
  batch b;
  std::vector<fuse_stream<std::int64_t>> streams(3, {b.source(), b.times(), interpolation::linear});
  streams[0].extents[2] = 2;
  streams[1] = {view<const bf16, 3>(b.halves.data(), {items, samples, channels}), b.times()};
  streams[1].reduce = reduction::mean;
  streams[1].window = 100;
  streams[1].extents[2] = 2;
  streams[2].reduce = reduction::last;
  streams[2].keep = 4;
  streams[2].extents[2] = 1;
  const fuse_clock<std::int64_t> clock(0, 7, items, targets);
  fuse_report<std::int64_t> report;
  report.valid = {b.valid.data(), {items, targets, 3}};
  report.age = {b.age.data(), {items, targets, 3}};
  report.error = {b.left.data(), {items, targets, 3}};
  trial together("fuse", [&](const cpu& executor) {
    fuse(executor, streams, clock, view<float, 3>(b.out.data(), {items, targets, channels}),
         report);
  });
  check_allocations(together.writes(b.out).writes(b.valid).writes(b.age).writes(b.left));

  float* const out = b.out.data();
  const std::vector<view<float, 3>> outputs = {{out, {items, targets, 2}},
                                               {out + items * targets * 2, {items, targets, 2}},
                                               {out + items * targets * 4, {items, targets, 4}}};
  trial apart("fuse apart",
              [&](const cpu& executor) { fuse(executor, streams, clock, outputs, report); });
  check_allocations(apart.writes(b.out).writes(b.valid).writes(b.age).writes(b.left));
}
