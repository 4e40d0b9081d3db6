// Every argument of `fuse` that cannot be right is named, with the stream's place, and nothing is
// written.
#include <functional>

#include "support/catch.hpp"
#include "support/fuse_problem.hpp"

namespace {

using namespace robocache;

/// Arguments of a good call, to be spoilt one at a time: stream 0 of 3 floats, stream 1 of 5 bf16.
struct call {
  std::vector<float> a = std::vector<float>(2 * 4 * 3, 1.0F);
  std::vector<bf16> b = std::vector<bf16>(2 * 4 * 5, bf16(1.0F));
  std::vector<std::int64_t> stamps = {0, 1, 2, 3, 0, 1, 2, 3};
  std::vector<std::int64_t> wanted = {0, 1, 2, 0, 1, 2};
  std::vector<float> out = std::vector<float>(64, -7.0F);
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(64, 0xA5);
  std::vector<std::int64_t> ages = std::vector<std::int64_t>(64, -7);
  std::vector<std::int64_t> errors = std::vector<std::int64_t>(64, -7);
  std::vector<std::int64_t> numbers = {4, 4, 4, 4};

  std::vector<fuse_stream<std::int64_t>> streams = {
      {view<const float, 3>(a.data(), {2, 4, 3}),
       view<const std::int64_t, 2>(stamps.data(), {2, 4})},
      {view<const bf16, 3>(b.data(), {2, 4, 5}),
       view<const std::int64_t, 2>(stamps.data(), {2, 4})}};
  fuse_clock<std::int64_t> clock{view<const std::int64_t, 2>(wanted.data(), {2, 3})};
  view<float, 3> output{out.data(), {2, 3, 8}};
  std::vector<view<float, 3>> outputs;  // used when not empty
  fuse_report<std::int64_t> report;

  call() {
    report.valid = {bytes.data(), {2, 3, 2}};
    report.age = {ages.data(), {2, 3, 2}};
    report.error = {errors.data(), {2, 3, 2}};
  }
  void separate() { outputs = {{out.data(), {2, 3, 3}}, {out.data() + 18, {2, 3, 5}}}; }
  void run() const {
    const any_executor executor = cpu{2};
    if (outputs.empty()) {
      fuse(executor, streams, clock, output, report);
    } else {
      fuse(executor, streams, clock, outputs, report);
    }
  }
  [[nodiscard]] bool untouched() const {
    const auto all = [](const auto& list, auto value) {
      return std::all_of(list.begin(), list.end(), [&](auto v) { return v == value; });
    };
    return all(out, -7.0F) && all(bytes, 0xA5) && all(ages, -7) && all(errors, -7);
  }
};

struct mistake {
  const char* text;  // how the message must begin, after "robocache::fuse: "
  std::function<void(call&)> make;
};

view<const std::int64_t, 2> table(const std::int64_t* data, std::int64_t rows,
                                  std::int64_t columns) {
  return {data, {rows, columns}};
}

const mistake mistakes[] = {
    {"stream 0's source and output must not overlap",
     [](call& c) {
       c.output = {c.a.data() + 23, {2, 3, 8}};
     }},
    {"stream 1's source and outputs[0] must not overlap",
     [](call& c) {
       c.separate();
       c.streams[1].data = c.out.data();
     }},
    {"outputs[1] and outputs[0] must not overlap",
     [](call& c) {
       c.separate();
       c.outputs[1] = {c.out.data() + 17, {2, 3, 5}};
     }},
    {"outputs[1] and outputs[0] must not overlap",
     [](call& c) {  // side by side in rows of 8, the second one too early
       c.outputs = {{c.out.data(), {2, 3, 3}, {24, 8, 1}},
                    {c.out.data() + 2, {2, 3, 5}, {24, 8, 1}}};
     }},
    {"report.error and report.age must not overlap",
     [](call& c) { c.report.error = c.report.age; }},
    {"clock.targets and report.age must not overlap",
     [](call& c) {
       c.report.age = {c.wanted.data() + 5, {2, 3, 2}};
     }},
    {"stream 0's times and report.error must not overlap",
     [](call& c) {
       c.report.error = {c.stamps.data() + 7, {2, 3, 2}};
     }},
    {"stream 0: source must not be null", [](call& c) { c.streams[0].data = nullptr; }},
    {"stream 1: source must not be null", [](call& c) { c.streams[1].data = nullptr; }},
    {"stream 1: times must not be null",
     [](call& c) { c.streams[1].times = table(nullptr, 2, 4); }},
    {"stream 1: times.extent(1) must equal source.extent(1) (got 3 and 4)",
     [](call& c) { c.streams[1].times = table(c.stamps.data(), 2, 3); }},
    {"stream 1: times.extent(0) must equal source.extent(0) (got 1 and 2)",
     [](call& c) { c.streams[1].times = table(c.stamps.data(), 1, 4); }},
    {"stream 1: source.extent(0)",
     [](call& c) {
       c.streams[1].extents[0] = 1;
       c.streams[1].times = table(c.stamps.data(), 1, 4);
     }},
    {"stream 0: source.extent(1) must not be negative",
     [](call& c) { c.streams[0].extents[1] = -4; }},
    {"stream 1: source.stride(2) must be 1", [](call& c) { c.streams[1].strides[2] = 2; }},
    {"stream 1: source must be aligned",
     [](call& c) { c.streams[1].data = reinterpret_cast<const char*>(c.b.data()) + 1; }},
    {"stream 1: the channels of options.kinds must equal source.extent(2) (got 4 and 5)",
     [](call& c) {
       c.streams[1].options.kinds = {{4, interpolation::linear}};
     }},
    {"stream 1: options.kinds",
     [](call& c) { c.streams[1].options.kinds = interpolation::slerp_xyzw; }},
    {"stream 0: type must be an element (got number 13)",
     [](call& c) { c.streams[0].type = static_cast<element>(13); }},
    {"stream 1: type must be an element (got number 255)",
     [](call& c) { c.streams[1].type = static_cast<element>(255); }},
    {"stream 0: source must be aligned to its elements of 8 bytes (got an address that is 4 past)",
     [](call& c) {
       c.streams[0].type = element::i64;
       c.streams[0].data = reinterpret_cast<const float*>(c.stamps.data()) + 1;
     }},
    {"stream 1: the channels of options.kinds must be less than 2^63 (got 9223372036854775804 + "
     "9223372036854775804)",
     [](call& c) {
       constexpr std::int64_t most = INT64_MAX - 3;
       c.streams[1].options.kinds = {{most, interpolation::slerp_xyzw},
                                     {most, interpolation::slerp_xyzw},
                                     {13, interpolation::linear}};  // 5, wrapped
     }},
    {"keep * channels must be less than 2^63 (got 5 x 4611686018427387904)",
     [](call& c) {
       c.streams[1].reduce = reduction::last;
       c.streams[1].keep = std::int64_t{1} << 62;
     }},
    {"keep * channels must be less than 2^63 (got 4 x 4611686018427387904)",
     [](call& c) {
       c.separate();
       c.streams[1].extents[2] = 4;  // 0 channels, wrapped
       c.streams[1].reduce = reduction::last;
       c.streams[1].keep = std::int64_t{1} << 62;
       c.outputs[1] = {c.out.data() + 18, {2, 3, 0}};
     }},
    {"the channels of all streams must be less than 2^63 (got 4611686018427387904 + "
     "4611686018427387904)",
     [](call& c) {
       for (auto& stream : c.streams) {
         stream.extents[2] = 1;
         stream.reduce = reduction::last;
         stream.keep = std::int64_t{1} << 62;
       }
     }},
    {"clock: count steps of 1 from 9223372036854775806 must fit 64 bits (got 3)",
     [](call& c) {
       c.clock = {INT64_MAX - 1, 1, 2, 3};
     }},
    {"clock: count steps of 4611686018427387904 from 0 must fit 64 bits (got 3)",
     [](call& c) {
       c.clock = {0, std::int64_t{1} << 62, 2, 3};
     }},
    {"clock: count steps of 4611686018427387904 from 0 must fit 64 bits (got 3)",
     [](call& c) {  // targets would fit, their products do not
       c.clock = {0, std::int64_t{1} << 62, 2, 3, 1000};
     }},
    {"clock.period must not be negative or NaN (got -1)",
     [](call& c) {
       c.clock = {0, -1, 2, 3};
     }},
    {"stream 1: options.samples.lengths must not be null",
     [](call& c) {
       c.streams[1].options.samples.lengths = {nullptr, {2}};
     }},
    {"stream 0: options.samples.offsets must not be null",
     [](call& c) {
       c.streams[0].options.samples.offsets = {nullptr, {3}};
     }},
    {"stream 0: options.samples.offsets.extent(0) must equal the number of items + 1 (got 2 and 3)",
     [](call& c) {
       c.streams[0].options.samples.offsets = {nullptr, {2}};
     }},
    {"stream 1: options.sample_mask must not be null",
     [](call& c) {
       c.streams[1].options.sample_mask = {nullptr, {2, 4}};
     }},
    {"stream 1: options.targets must be null: the clock has the lengths of all streams",
     [](call& c) {
       c.streams[1].options.targets.lengths = {nullptr, {2}};
     }},
    {"report.age must not be null",
     [](call& c) {
       c.report.age = {nullptr, {2, 3, 2}};
     }},
    {"report.error.extent(2) must equal the number of streams (got 1 and 2)",
     [](call& c) {
       c.report.error = {nullptr, {2, 3, 1}};
     }},
    {"stream 1: options.tolerance", [](call& c) { c.streams[1].options.tolerance = -1; }},
    {"stream 0: options.max_gap", [](call& c) { c.streams[0].options.max_gap = -1; }},
    {"stream 1: options.after must be an end_policy (got number 9)",
     [](call& c) { c.streams[1].options.after = static_cast<end_policy>(9); }},
    {"stream 1: options.nans",
     [](call& c) { c.streams[1].options.nans = static_cast<nan_policy>(9); }},
    {"stream 1: options.samples.lengths.extent(0)",
     [](call& c) {
       c.streams[1].options.samples.lengths = {c.numbers.data(), {3}};
     }},
    {"stream 1: options.samples.lengths[1]",
     [](call& c) {
       c.numbers = {4, 5};
       c.streams[1].options.samples.lengths = {c.numbers.data(), {2}};
     }},
    {"stream 1: options.samples.offsets",
     [](call& c) {
       c.numbers = {0, 9, 8};
       c.streams[1].extents[0] = 1;
       c.streams[1].extents[1] = 8;
       c.streams[1].times = table(c.stamps.data(), 1, 8);
       c.streams[1].options.samples.offsets = {c.numbers.data(), {3}};
     }},
    {"stream 1: source.extent(0)",
     [](call& c) {
       c.numbers = {0, 4, 8};
       c.streams[1].options.samples.offsets = {c.numbers.data(), {3}};
     }},
    {"stream 1: options.sample_mask.extent(1)",
     [](call& c) {
       c.streams[1].options.sample_mask = {c.bytes.data(), {2, 3}};
     }},
    {"stream 1: options.targets must be null: the clock has the lengths of all streams",
     [](call& c) {
       c.streams[1].options.targets.lengths = {c.numbers.data(), {2}};
     }},
    {"stream 0: options.targets must be null: the clock has the lengths of all streams",
     [](call& c) {
       c.streams[0].options.targets.offsets = {c.numbers.data(), {3}};
     }},
    {"stream 1: keep must be at least 1 (got 0)",
     [](call& c) {
       c.streams[1].reduce = reduction::last;
       c.streams[1].keep = 0;
       c.output = {c.out.data(), {2, 3, 3}};
     }},
    {"stream 1: keep must be at least 1 (got -1)",
     [](call& c) {
       c.separate();
       c.streams[1].reduce = reduction::last;
       c.streams[1].keep = -1;
     }},
    {"stream 0: window must not be negative",
     [](call& c) {
       c.streams[0].reduce = reduction::mean;
       c.streams[0].window = -1;
     }},
    {"stream 1: clock_drift must be finite",
     [](call& c) { c.streams[1].clock_drift = std::numeric_limits<double>::infinity(); }},
    {"stream 0: clock_drift must be finite",
     [](call& c) { c.streams[0].clock_drift = std::numeric_limits<double>::quiet_NaN(); }},
    {"stream 1: reduce must be a reduction",
     [](call& c) { c.streams[1].reduce = static_cast<reduction>(5); }},
    {"output.extent(2) must equal the channels of all streams (got 7 and 8)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 7}};
     }},
    {"output.extent(2) must equal the channels of all streams (got 8 and 13)",
     [](call& c) {
       c.streams[1].reduce = reduction::last;
       c.streams[1].keep = 2;
     }},
    {"output must not be null",
     [](call& c) {
       c.output = {nullptr, {2, 3, 8}};
     }},
    {"output must be aligned",
     [](call& c) {
       auto* const shifted = reinterpret_cast<char*>(c.out.data()) + 2;
       c.output = {reinterpret_cast<float*>(shifted), {2, 3, 8}};
     }},
    {"output.stride(2)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 8}, {1, 2, 6}};
     }},
    {"output.stride(1)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 8}, {8, 0, 1}};
     }},
    {"output.extent(1) must equal the clock's count (got 2 and 3)",
     [](call& c) {
       c.output = {c.out.data(), {2, 2, 8}};
     }},
    {"output.extent(0) must equal the clock's batch (got 1 and 2)",
     [](call& c) {
       c.output = {c.out.data(), {1, 3, 8}};
     }},
    {"clock.targets must not be null",
     [](call& c) { c.clock = fuse_clock<std::int64_t>(table(nullptr, 2, 3)); }},
    {"the clock",
     [](call& c) {
       c.clock = {0, 1, 2, -3};
     }},
    {"the clock",
     [](call& c) {
       c.clock = {0, 1, -2, 3};
     }},
    {"the clock",
     [](call& c) {
       c.clock = {0, 1, 2, 3, 0};
     }},
    {"clock.lengths[1] must be 0 to 3 (got 4)",
     [](call& c) {
       c.numbers = {3, 4};
       c.clock.lengths = {c.numbers.data(), {2}};
     }},
    {"clock.lengths[0] must be 0 to 3 (got -1)",
     [](call& c) {
       c.separate();
       c.numbers = {-1, 3};
       c.clock.lengths = {c.numbers.data(), {2}};
     }},
    {"clock.lengths.extent(0) must equal the number of items (got 3 and 2)",
     [](call& c) {
       c.clock.lengths = {c.numbers.data(), {3}};
     }},
    {"clock.lengths must not be null",
     [](call& c) {
       c.clock.lengths = {nullptr, {2}};
     }},
    {"report.valid.extent(2) must equal the number of streams (got 3 and 2)",
     [](call& c) {
       c.report.valid = {c.bytes.data(), {2, 3, 3}};
     }},
    {"report.age.extent(1)",
     [](call& c) {
       c.report.age = {c.ages.data(), {2, 2, 2}};
     }},
    {"stream 1: output.extent(1)",
     [](call& c) {
       c.separate();
       c.outputs[1] = {c.out.data() + 18, {2, 2, 5}};
     }},
    {"report.error.extent(0)",
     [](call& c) {
       c.report.error = {c.errors.data(), {1, 3, 2}};
     }},
    {"report.error.stride(2)",
     [](call& c) {
       c.report.error = {c.errors.data(), {2, 3, 2}, {1, 2, 6}};
     }},
    {"report.valid must not be null",
     [](call& c) {
       c.report.valid = {nullptr, {2, 3, 2}};
     }},
    {"the number of outputs must equal the number of streams (got 1 and 2)",
     [](call& c) {
       c.separate();
       c.outputs.pop_back();
     }},
    {"stream 1: output.extent(2)",
     [](call& c) {
       c.separate();
       c.outputs[1] = {c.out.data() + 18, {2, 3, 4}};
     }},
    {"stream 1: output must not be null",
     [](call& c) {
       c.separate();
       c.outputs[1] = {nullptr, {2, 3, 5}};
     }},
    {"stream 1: output.extent(2) must equal keep * source.extent(2) (got 5 and 10)",
     [](call& c) {
       c.separate();
       c.streams[1].reduce = reduction::last;
       c.streams[1].keep = 2;
     }},
};

std::string error_of(const call& c) {
  try {
    c.run();
  } catch (const invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a good call of fuse passes", "[errors]") {
  call together, apart, side_by_side;
  apart.separate();
  side_by_side.outputs = {{side_by_side.out.data(), {2, 3, 3}, {24, 8, 1}},
                          {side_by_side.out.data() + 3, {2, 3, 5}, {24, 8, 1}}};
  CHECK(error_of(side_by_side) == "no error");
  CHECK(error_of(together) == "no error");
  CHECK(error_of(apart) == "no error");
  CHECK_FALSE(together.untouched());
  CHECK_FALSE(apart.untouched());
}

TEST_CASE("fuse names bad arguments and streams, and writes nothing", "[errors]") {
  std::size_t number = 0;
  for (const auto& mistake : mistakes) {
    call c;
    mistake.make(c);
    const std::string text = error_of(c);
    CAPTURE(number, mistake.text, text);
    CHECK(text.rfind(std::string("robocache::fuse: ") + mistake.text, 0) == 0);
    CHECK(c.untouched());
    ++number;
  }
}

TEST_CASE("fuse of no streams checks what is left", "[errors]") {
  const mistake without_streams[] = {
      {"output.extent(0) must equal the clock's batch (got 1 and 2)",
       [](call& c) {
         c.output = {nullptr, {1, 3, 0}};
       }},
      {"output.extent(1) must equal the clock's count (got 4 and 3)",
       [](call& c) {
         c.output = {nullptr, {2, 4, 0}};
       }},
      {"output.extent(1) must equal the clock's count (got -3 and 3)",
       [](call& c) {
         c.output = {nullptr, {2, -3, 0}};
       }},
      {"output.extent(2) must equal the channels of all streams (got 8 and 0)",
       [](call& c) {
         c.output = {c.out.data(), {2, 3, 8}};
       }},
      {"the clock", [](call& c) { c.clock.per = 0; }},
      {"clock.targets must not be null",
       [](call& c) { c.clock = fuse_clock<std::int64_t>(table(nullptr, 2, 3)); }},
      {"clock.lengths.extent(0)",
       [](call& c) {
         c.clock.lengths = {c.numbers.data(), {3}};
       }},
      {"report.valid.extent(2) must equal the number of streams (got 2 and 0)",
       [](call& c) {
         c.report.valid = {c.bytes.data(), {2, 3, 2}};
       }},
      {"report.age.extent(1)",
       [](call& c) {
         c.report.age = {c.ages.data(), {2, 2, 0}};
       }},
  };
  const auto no_streams = [] {
    call c;
    c.streams.clear();
    c.output = {nullptr, {2, 3, 0}};
    c.report = {};
    return c;
  };
  CHECK(error_of(no_streams()) == "no error");
  for (const auto& mistake : without_streams) {
    call c = no_streams();
    mistake.make(c);
    const std::string text = error_of(c);
    CAPTURE(mistake.text, text);
    CHECK(text.rfind(std::string("robocache::fuse: ") + mistake.text, 0) == 0);
    CHECK(c.untouched());
  }
}

TEST_CASE("a window that is NaN is refused", "[errors]") {
  const float value = 1;
  const double stamp = 0;
  float out = -7;
  fuse_stream<double> stream(view<const float, 3>(&value, {1, 1, 1}),
                             view<const double, 2>(&stamp, {1, 1}));
  stream.reduce = reduction::mean;
  stream.window = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(fuse(cpu{}, std::vector{stream}, fuse_clock<double>(0.0, 1.0, 1, 1),
                       view<float, 3>(&out, {1, 1, 1})),
                  invalid_argument);
  CHECK(out == -7);
}

TEST_CASE("uniform clocks may reach the ends of their type", "[errors]") {
  const fuse_clock<std::int64_t> clocks[] = {
      {INT64_MAX - 2, 1, 2, 3},     {INT64_MIN, 1, 2, 3},       {INT64_MAX - 9, 3, 2, 4},
      {0, INT64_MAX / 2, 2, 3},     {INT64_MAX, 0, 2, 3},       {INT64_MAX, 1, 2, 0},
      {INT64_MAX, INT64_MAX, 2, 1}, {INT64_MAX - 1, 2, 2, 3, 4}};
  for (const auto& clock : clocks) {
    call c;
    c.clock = clock;
    c.output = {c.out.data(), {2, clock.count, 8}};
    c.report = {};
    CAPTURE(clock.start, clock.period, clock.count, clock.per);
    CHECK(error_of(c) == "no error");
  }
}

TEST_CASE("uniform clocks of doubles are finite", "[errors]") {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const float value = 1;
  const double stamp = 0;
  float out = -7;
  const std::vector streams = {fuse_stream<double>(view<const float, 3>(&value, {1, 1, 1}),
                                                   view<const double, 2>(&stamp, {1, 1}))};
  const auto run = [&](const fuse_clock<double>& clock) {
    fuse(cpu{}, streams, clock, view<float, 3>(&out, {1, 1, 1}));
  };
  CHECK_THROWS_WITH(run({infinite, 1.0, 1, 1}),
                    "robocache::fuse: clock.start must be finite (got inf)");
  CHECK_THROWS_WITH(run({0.0, -infinite, 1, 1}),
                    "robocache::fuse: clock.period must not be negative or NaN (got -inf)");
  CHECK(out == -7);
}
