// What the CUDA executor promises besides bits: stream order, capture, no allocation, checks.
#include "support/catch.hpp"
#include "support/device.hpp"
#include "support/problem.hpp"

namespace {

using namespace test;
using robocache::interpolation;
using robocache::view;

using sample_problem = problem<float, std::int64_t>;
using sample_outcome = outcome<float, std::int64_t>;

sample_problem make(interpolation kind, std::uint64_t seed = 1) {
  random_source random(seed);
  return make_problem<float, std::int64_t>(random, 16, 200, 300, 24, kind,
                                           {0.05, true, true, true});
}

/// A call on staged arrays.
class staged : public staging {
 public:
  explicit staged(sample_problem p) : problem_(std::move(p)), got_(problem_) {}

  void enqueue(const robocache::any_executor& executor) {
    resample(executor, problem_, got_, [&](auto& v) { return place(v); });
  }
  /// What arrived in pinned memory, compared with the CPU.
  [[nodiscard]] std::string difference() {
    got_.for_each_array([&](auto& array) { collect(array); });
    return got_.difference_from(resample(robocache::cpu{}, problem_));
  }
  /// Other samples, in pinned memory and for the CPU.
  void change_samples(std::uint64_t seed) {
    random_source random(seed);
    for (auto& value : problem_.source) value = ordinary<float>(random);
    restage(problem_.source);
  }

 private:
  sample_problem problem_;
  sample_outcome got_;
};

constexpr interpolation both_paths[] = {interpolation::linear, interpolation::pchip};

}  // namespace

TEST_CASE("work is queued behind earlier work of its stream, and the call returns", "[gpu]") {
  for (const auto kind : both_paths) {
    staged work(make(kind));
    CHECK(returns_before_it_runs(work));
    CHECK(work.difference() == "");
  }
}

TEST_CASE("nothing waits for the default stream or runs on it", "[gpu]") {
  for (const auto kind : both_paths) {
    staged work(make(kind));
    CHECK(ignores_default_stream(work));
    CHECK(work.difference() == "");
  }
}

TEST_CASE("a captured call replays on new inputs", "[gpu]") {
  const stream s;
  staged linear(make(interpolation::linear)), curved(make(interpolation::pchip));
  warm_up(linear, s);
  warm_up(curved, s);
  const captured calls(s, [&] {
    enqueue_all(linear, s);
    enqueue_all(curved, s);
  });
  for (std::uint64_t round = 0; round < 3; ++round) {
    if (round > 0) linear.change_samples(round), curved.change_samples(round);
    calls.replay();
    CHECK(linear.difference() == "");
    CHECK(curved.difference() == "");
  }
}

TEST_CASE("the steady state allocates nothing", "[gpu]") {
  const stream s;
  staged linear(make(interpolation::linear)), curved(make(interpolation::cubic));
  CHECK(allocates_nothing(s, [&] {
    linear.enqueue(s.executor());
    curved.enqueue(s.executor());
  }));
}

TEST_CASE("managed and pinned memory will do", "[gpu]") {
  const stream s;
  for (const auto kind : {memory_kind::managed, memory_kind::pinned}) {
    const auto p = make(interpolation::linear, 5);
    mirror device(kind);
    sample_outcome out(p);
    resample(s.executor(), p, out, [&](auto& v) { return device.place(v); });
    s.wait();
    device.fetch(out.output);
    CHECK(first_difference(out.output, resample(robocache::cpu{}, p).output) == -1);
  }
}

TEST_CASE("host memory is refused by name and nothing is written", "[gpu]") {
  const stream s;
  random_source random(6);
  auto p = make_problem<float, std::int64_t>(random, 2, 10, 10, 3, interpolation::pchip,
                                             {0, false, false, false});
  p.lengths = {10, 9};
  p.target_lengths = {3, 10};
  p.mask.assign(20, 1);
  const sample_outcome poisoned(p);
  const auto refused = [&](const char* name, const auto& on_host) {
    mirror device;
    sample_outcome out(p);
    std::string text = "no error";
    try {
      resample(s.executor(), p, out, [&](auto& v) {
        const void* data = v.data();
        return data == on_host(out) ? v.data() : device.place(v);
      });
    } catch (const robocache::invalid_argument& error) {
      text = error.what();
    }
    s.wait();
    CAPTURE(text);
    CHECK(text.find(std::string("robocache::resample: ") + name + " ") == 0);
    const void* host_output = on_host(out);
    if (host_output != out.output.data()) device.fetch(out.output);
    if (host_output != out.status.data()) device.fetch(out.status);
    CHECK(out.difference_from(poisoned) == "");
  };
  using out = const sample_outcome&;
  refused("source", [&](out) -> const void* { return p.source.data(); });
  refused("times", [&](out) -> const void* { return p.times.data(); });
  refused("targets", [&](out) -> const void* { return p.targets.data(); });
  refused("output", [&](out o) -> const void* { return o.output.data(); });
  refused("options.samples.lengths", [&](out) -> const void* { return p.lengths.data(); });
  refused("options.targets.lengths", [&](out) -> const void* { return p.target_lengths.data(); });
  refused("options.sample_mask", [&](out) -> const void* { return p.mask.data(); });
  refused("report.valid", [&](out o) -> const void* { return o.valid.data(); });
  refused("report.left", [&](out o) -> const void* { return o.left.data(); });
  refused("report.weight", [&](out o) -> const void* { return o.weight.data(); });
  refused("report.age", [&](out o) -> const void* { return o.age.data(); });
  refused("report.status", [&](out o) -> const void* { return o.status.data(); });
}

TEST_CASE("bad ranges on the device leave their items unwritten and say so", "[gpu]") {
  const stream s;
  for (const auto kind : both_paths) {
    for (const bool packed : {false, true}) {
      random_source random(8);
      auto p = make_problem<float, std::int64_t>(random, packed ? 1 : 3, packed ? 30 : 10, 12, 5,
                                                 kind, {0, false, false, false});
      auto good = p;
      if (packed) {  // items of 10 samples and 4 targets; the middle one runs too far
        p.batch = good.batch = 3;
        p.target_offsets = good.target_offsets = {0, 4, 8, 12};
        p.offsets = {0, 10, 31, 30};
        good.offsets = {0, 10, 10, 30};
      } else {
        p.lengths = {10, 11, 7};
        good.lengths = {10, 10, 7};
      }
      mirror device;
      sample_outcome out(p);
      const sample_outcome poisoned(p);
      resample(s.executor(), p, out, [&](auto& v) { return device.place(v); });
      s.wait();
      device.fetch(out.output);
      device.fetch(out.valid);
      device.fetch(out.left);
      device.fetch(out.status);
      const auto expected = resample(robocache::cpu{}, good);
      CAPTURE(name_of(kind), packed);
      CHECK((out.status[1] & robocache::stamps_bad_range) != 0);
      CHECK((out.status[0] & robocache::stamps_bad_range) == 0);
      const std::size_t per_item = p.slots() / 3;
      for (std::size_t i = 0; i < p.slots(); ++i) {
        const std::size_t item = i / per_item;
        if (packed && item == 2) continue;  // its range starts where the bad one ends
        const auto& want = item == 1 ? poisoned : expected;
        CHECK(out.left[i] == want.left[i]);
        CHECK(out.valid[i] == want.valid[i]);
        for (std::size_t c = 0; c < 5; ++c) {
          CHECK(bits_of(out.output[i * 5 + c]) == bits_of(want.output[i * 5 + c]));
        }
      }
    }
  }
}

TEST_CASE("wild offsets on the device stay in bounds", "[gpu]") {
  const stream s;
  for (const auto kind : both_paths) {
    for (int round = 0; round < 50; ++round) {
      random_source random(static_cast<std::uint64_t>(round));
      auto p =
          make_problem<float, std::int64_t>(random, 1, 40, 60, 3, kind, {0, false, false, true});
      p.batch = 5;
      const auto wild = [&](std::int64_t most) {
        std::vector<std::int64_t> list;
        for (int i = 0; i < 6; ++i) {
          list.push_back(random.chance(0.2) ? any_stamp<std::int64_t>(random)
                                            : random.between(-2, most + 2));
        }
        return list;
      };
      p.offsets = wild(p.samples);
      p.target_offsets = wild(p.queries);
      mirror device;
      sample_outcome out(p);
      resample(s.executor(), p, out, [&](auto& v) { return device.place(v); });
      s.wait();
      device.fetch(out.status);
      std::size_t bad = 0;
      for (std::size_t b = 0; b < 5; ++b) {
        const auto wrong = [b](const std::vector<std::int64_t>& at, std::int64_t most) {
          return at[b] < 0 || at[b + 1] < at[b] || at[b + 1] > most;
        };
        const bool expected = wrong(p.offsets, p.samples) || wrong(p.target_offsets, p.queries);
        if (((out.status[b] & robocache::stamps_bad_range) != 0) != expected) ++bad;
      }
      INFO(p.story);
      CHECK(bad == 0);
    }
  }
}

TEST_CASE("the chosen executor runs and synchronize waits", "[gpu]") {
  const auto executor = robocache::select_executor(robocache::backend::cuda);
  REQUIRE(executor.kind() == robocache::backend::cuda);
  staged work(make(interpolation::cubic, 9));
  work.enqueue(executor);  // places the arrays
  executor.visit([&](const auto& chosen) {
    if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, robocache::gpu>) {
      CHECK(chosen.stream() != nullptr);
      work.enqueue_inputs(chosen.stream());
      work.enqueue(executor);
      work.enqueue_outputs(chosen.stream());
    }
  });
  robocache::synchronize(executor);
  CHECK(work.difference() == "");
}

TEST_CASE("device scratch grows in stream order and says what was short", "[gpu]") {
  const stream s;
  robocache::workspace scratch(robocache::device_memory(s.get()));
  scratch.reserve(1000);
  void* const before = scratch.data();
  require(cudaMemsetAsync(before, 1, 1000, s.get()));
  try {
    scratch.reserve(std::size_t{1} << 46);
    FAIL("a petabyte was had");
  } catch (const robocache::cuda_error& error) {
    CHECK(error.code() == cudaErrorMemoryAllocation);
    CHECK(std::string(error.what()).find(std::to_string(std::size_t{1} << 46)) !=
          std::string::npos);
  }
  CHECK(scratch.data() == before);
  CHECK(scratch.capacity() == 1000);
  CHECK(cudaGetLastError() == cudaSuccess);
  s.wait();
}
