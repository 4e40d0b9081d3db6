// More than 2^31 elements on either side of the operation. Skipped where memory is short or
// ROBOCACHE_TEST_SCALE is below 1.
#include "support/catch.hpp"
#include "support/device.hpp"
#include "support/problem.hpp"

namespace {

using namespace test;
using robocache::bf16;
using robocache::interpolation;
using robocache::view;

std::vector<bf16> random_rows(std::int64_t count, std::int64_t channels) {
  random_source random(77);
  std::vector<bf16> rows;
  for (std::int64_t i = 0; i < count * channels; ++i) rows.push_back(ordinary<bf16>(random));
  return rows;
}

std::vector<std::int64_t> steps(std::int64_t count, std::int64_t step) {
  std::vector<std::int64_t> list(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) list[static_cast<std::size_t>(i)] = i * step;
  return list;
}

/// Resamples on the device and compares some rows, the last one too, with the CPU.
void compare_large_output(std::int64_t samples, std::int64_t queries, std::int64_t channels,
                          interpolation kind) {
  if (!affordable(queries * channels * 2 + queries * 8)) return;
  REQUIRE(queries * channels > large);
  auto source = random_rows(samples, channels);
  auto times = steps(samples, 1000);
  auto targets = steps(queries, 1);
  for (auto& t : targets) t = t * 7919 % (samples * 1000);
  mirror device;
  const block output(static_cast<std::size_t>(queries * channels) * sizeof(bf16));
  robocache::resample_options<std::int64_t> options;
  options.kinds = kind;
  const stream s;
  robocache::resample(s.executor(),
                      view<const bf16, 3>(device.place(source), {1, samples, channels}),
                      view<const std::int64_t, 2>(device.place(times), {1, samples}),
                      view<const std::int64_t, 2>(device.place(targets), {1, queries}),
                      view<bf16, 3>(output.data<bf16>(), {1, queries, channels}), options);
  s.wait();
  std::vector<bf16> row(static_cast<std::size_t>(channels)), expected(row.size());
  for (const std::int64_t u : telling_rows(queries, channels)) {
    robocache::resample(robocache::cpu{},
                        view<const bf16, 3>(source.data(), {1, samples, channels}),
                        view<const std::int64_t, 2>(times.data(), {1, samples}),
                        view<const std::int64_t, 2>(targets.data() + u, {1, 1}),
                        view<bf16, 3>(expected.data(), {1, 1, channels}), options);
    require(cudaMemcpy(row.data(), output.data<bf16>() + u * channels, row.size() * sizeof(bf16),
                       cudaMemcpyDeviceToHost));
    CAPTURE(u, queries, channels, name_of(kind));
    CHECK(first_difference(row, expected) == -1);
  }
}

/// The same where the samples are more than 2^31: blocks of equal rows, repeated.
void compare_large_source(std::int64_t samples, std::int64_t channels, interpolation kind) {
  if (!affordable(samples * channels * 2 + samples * 8)) return;
  REQUIRE(samples * channels > large);
  constexpr std::int64_t period = 64;
  REQUIRE(samples % period == 0);
  const auto rows = random_rows(period, channels);
  const block source(static_cast<std::size_t>(samples * channels) * sizeof(bf16));
  for (std::int64_t i = 0; i < samples; i += period) {
    require(cudaMemcpy(source.data<bf16>() + i * channels, rows.data(), rows.size() * sizeof(bf16),
                       cudaMemcpyHostToDevice));
    require(cudaStreamSynchronize(cudaStreamLegacy));
  }
  auto times = steps(samples, 1000);
  std::vector<std::int64_t> targets;
  for (std::int64_t u = 0; u < 100; ++u) targets.push_back((samples - 1) * 1000 - u * u * 977);
  const std::int64_t beyond = large / channels * 1000;
  targets.insert(targets.end(), {0, 1, beyond - 1, beyond, beyond + 1, samples * 1000});
  const auto queries = static_cast<std::int64_t>(targets.size());
  std::vector<bf16> output(targets.size() * static_cast<std::size_t>(channels));
  std::vector<bf16> expected(static_cast<std::size_t>(channels));
  mirror device;
  const stream s;
  robocache::resample_options<std::int64_t> options;
  options.kinds = kind;
  robocache::resample(s.executor(),
                      view<const bf16, 3>(source.data<bf16>(), {1, samples, channels}),
                      view<const std::int64_t, 2>(device.place(times), {1, samples}),
                      view<const std::int64_t, 2>(device.place(targets), {1, queries}),
                      view<bf16, 3>(device.place(output), {1, queries, channels}), options);
  s.wait();
  device.fetch(output);
  for (std::int64_t u = 0; u < queries; ++u) {
    // Six samples around the target, cut out of the recording, answer alike.
    const std::int64_t target = targets[static_cast<std::size_t>(u)];
    const std::int64_t first = std::clamp<std::int64_t>(target / 1000 - 2, 0, samples - 6);
    std::vector<bf16> near;
    for (std::int64_t i = first; i < first + 6; ++i) {
      const auto row = rows.begin() + i % period * channels;
      near.insert(near.end(), row, row + channels);
    }
    robocache::resample(robocache::cpu{}, view<const bf16, 3>(near.data(), {1, 6, channels}),
                        view<const std::int64_t, 2>(times.data() + first, {1, 6}),
                        view<const std::int64_t, 2>(&target, {1, 1}),
                        view<bf16, 3>(expected.data(), {1, 1, channels}), options);
    const auto got = output.begin() + u * channels;
    CAPTURE(u, target, name_of(kind));
    CHECK(first_difference({got, got + channels}, expected) == -1);
  }
}

}  // namespace

TEST_CASE("outputs beyond 2^31 elements", "[gpu]") {
  compare_large_output(50, 70'000, 32'768, interpolation::linear);
  compare_large_output(50, 70'000, 32'767, interpolation::linear);
  compare_large_output(50, 300'000'000, 8, interpolation::linear);
  compare_large_output(50, 70'000, 32'768, interpolation::previous);
  compare_large_output(20, 160'000'000, 14, interpolation::pchip);
}

TEST_CASE("samples beyond 2^31 elements", "[gpu]") {
  for (const auto kind : {interpolation::linear, interpolation::pchip}) {
    compare_large_source(70'016, 32'768, kind);
    compare_large_source(300'000'000 / 64 * 64, 8, kind);
  }
}
