// Every argument that cannot be right is named in the error, and nothing is written.
#include <functional>

#include "support/catch.hpp"
#include "support/problem.hpp"

namespace {

using namespace robocache;

/// Arguments of a good call, to be spoilt one at a time.
struct call {
  std::vector<float> values = std::vector<float>(2 * 4 * 8, 1.0F);
  std::vector<std::int64_t> stamps = {0, 1, 2, 3, 0, 1, 2, 3};
  std::vector<std::int64_t> wanted = {0, 1, 2, 0, 1, 2};
  std::vector<float> out = std::vector<float>(64, -7.0F);
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(64, 0xA5);
  std::vector<std::int64_t> words = std::vector<std::int64_t>(64, -7);
  std::vector<std::uint32_t> status = std::vector<std::uint32_t>(8, 0xA5);
  std::vector<std::int64_t> numbers;  // lengths or offsets
  std::vector<std::int64_t> more;

  view<const float, 3> source{values.data(), {2, 4, 8}};
  view<const std::int64_t, 2> times{stamps.data(), {2, 4}};
  view<const std::int64_t, 2> targets{wanted.data(), {2, 3}};
  view<float, 3> output{out.data(), {2, 3, 8}};
  resample_options<std::int64_t> options;
  resample_report<std::int64_t> report;

  call() {
    report.valid = view<std::uint8_t, 2>(bytes.data(), {2, 3});
    report.left = view<std::int64_t, 2>(words.data(), {2, 3});
    report.status = view<std::uint32_t, 1>(status.data(), {2});
  }

  view<const std::int64_t, 1> list(std::vector<std::int64_t> entries) {
    numbers = std::move(entries);
    return {numbers.data(), {static_cast<std::int64_t>(numbers.size())}};
  }
  view<const std::int64_t, 1> other_list(std::vector<std::int64_t> entries) {
    more = std::move(entries);
    return {more.data(), {static_cast<std::int64_t>(more.size())}};
  }
  void pack(std::vector<std::int64_t> offsets, std::vector<std::int64_t> target_offsets) {
    source = {values.data(), {1, 8, 8}};
    times = {stamps.data(), {1, 8}};
    targets = {wanted.data(), {1, 6}};
    output = {out.data(), {1, 6, 8}};
    report.valid = {bytes.data(), {1, 6}};
    report.left = {words.data(), {1, 6}};
    options.samples.offsets = list(std::move(offsets));
    options.targets.offsets = other_list(std::move(target_offsets));
  }
  void run(const any_executor& executor) const {
    resample(executor, source, times, targets, output, options, report);
  }
  [[nodiscard]] bool untouched() const {
    const auto all = [](const auto& list, auto value) {
      return std::all_of(list.begin(), list.end(), [&](auto v) { return v == value; });
    };
    return all(out, -7.0F) && all(bytes, 0xA5) && all(words, -7) && all(status, 0xA5U);
  }
};

struct mistake {
  const char* name;  // the argument, as the text must say it
  std::function<void(call&)> make;
};

const mistake mistakes[] = {
    {"source and output must not overlap",
     [](call& c) {
       c.output = {c.values.data() + 63, {2, 3, 8}};
     }},
    {"report.valid and output must not overlap",
     [](call& c) {
       c.report.valid = {reinterpret_cast<std::uint8_t*>(c.out.data()) + 191, {2, 3}};
     }},
    {"report.age and report.left must not overlap", [](call& c) { c.report.age = c.report.left; }},
    {"targets and report.age must not overlap",
     [](call& c) {
       c.report.age = {c.wanted.data(), {2, 3}};
     }},
    {"options.sample_mask and report.valid must not overlap",
     [](call& c) {
       c.options.sample_mask = {c.bytes.data() + 5, {2, 4}};
     }},
    {"options.samples.lengths and report.left must not overlap",
     [](call& c) {
       c.options.samples.lengths = {c.words.data() + 5, {2}};
     }},
    {"source",
     [](call& c) {
       c.source = {nullptr, {2, 4, 8}};
     }},
    {"times",
     [](call& c) {
       c.times = {nullptr, {2, 4}};
     }},
    {"targets",
     [](call& c) {
       c.targets = {nullptr, {2, 3}};
     }},
    {"output",
     [](call& c) {
       c.output = {nullptr, {2, 3, 8}};
     }},
    {"source.stride(2)",
     [](call& c) {
       c.source = {c.values.data(), {2, 4, 4}, {32, 8, 2}};
       c.output = {c.out.data(), {2, 3, 4}};
     }},
    {"source.stride(2)",
     [](call& c) {
       c.source = {c.values.data(), {2, 4, 8}, {32, 8, 0}};
     }},
    {"source.stride(2)",
     [](call& c) {
       c.source = {c.values.data() + 7, {2, 4, 8}, {32, 8, -1}};
     }},
    {"times.stride(1)",
     [](call& c) {
       c.times = {c.stamps.data(), {2, 4}, {1, 2}};
     }},
    {"targets.stride(1)",
     [](call& c) {
       c.targets = {c.wanted.data(), {2, 3}, {1, 2}};
     }},
    {"output.stride(2)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 8}, {1, 2, 6}};
     }},
    {"output.stride(0)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 8}, {0, 8, 1}};
     }},
    {"output.stride(1)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 8}, {8, 0, 1}};
     }},
    {"source.extent(1)",
     [](call& c) {
       c.source = {c.values.data(), {2, -4, 8}};
     }},
    {"targets.extent(1)",
     [](call& c) {
       c.targets = {c.wanted.data(), {2, -3}};
     }},
    {"times.extent(0)",
     [](call& c) {
       c.times = {c.stamps.data(), {1, 4}};
     }},
    {"times.extent(1)",
     [](call& c) {
       c.times = {c.stamps.data(), {2, 3}};
     }},
    {"output.extent(0)",
     [](call& c) {
       c.output = {c.out.data(), {1, 3, 8}};
     }},
    {"output.extent(1)",
     [](call& c) {
       c.output = {c.out.data(), {2, 2, 8}};
     }},
    {"output.extent(2)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 7}};
     }},
    {"source.extent(0)",
     [](call& c) {
       c.targets = {c.wanted.data(), {1, 3}};
       c.output = {c.out.data(), {1, 3, 8}};
     }},
    {"source must be aligned",
     [](call& c) {
       const auto address = reinterpret_cast<std::uintptr_t>(c.values.data()) + 2;
       c.source = {reinterpret_cast<const float*>(address), {2, 3, 8}};
       c.times = {c.stamps.data(), {2, 3}};
     }},
    {"output must be aligned",
     [](call& c) {
       const auto address = reinterpret_cast<std::uintptr_t>(c.out.data()) + 1;
       c.output = {reinterpret_cast<float*>(address), {2, 3, 8}};
     }},
    {"options.kinds",
     [](call& c) {
       c.options.kinds = {{7, interpolation::linear}};
     }},
    {"options.kinds",
     [](call& c) {
       c.options.kinds = {{9, interpolation::linear}};
     }},
    {"options.kinds",
     [](call& c) {
       c.options.kinds = {{3, interpolation::slerp_xyzw}, {5, interpolation::linear}};
     }},
    {"options.kinds",
     [](call& c) {
       c.options.kinds = {{0, interpolation::linear}, {8, interpolation::linear}};
     }},
    {"options.kinds",
     [](call& c) {
       c.options.kinds = {{-1, interpolation::linear}, {8, interpolation::linear}};
     }},
    {"options.kinds",
     [](call& c) {
       c.options.kinds = {{-2, interpolation::linear}, {10, interpolation::linear}};
     }},
    {"options.kinds", [](call& c) { c.options.kinds = static_cast<interpolation>(9); }},
    {"the channels of options.kinds must be less than 2^63",
     [](call& c) {
       constexpr std::int64_t most = INT64_MAX - 3;
       c.options.kinds = {{most, interpolation::slerp_xyzw},
                          {most, interpolation::slerp_xyzw},
                          {11, interpolation::linear}};  // 3, wrapped
       c.source = {c.values.data(), {2, 4, 3}};
       c.output = {c.out.data(), {2, 3, 3}};
     }},
    {"options.samples.lengths must not be null",
     [](call& c) {
       c.options.samples.lengths = {nullptr, {2}};
     }},
    {"options.samples.offsets must not be null",
     [](call& c) {
       c.options.samples.offsets = {nullptr, {3}};
     }},
    {"options.targets.lengths must not be null",
     [](call& c) {
       c.options.targets.lengths = {nullptr, {2}};
     }},
    {"options.targets.offsets must not be null",
     [](call& c) {
       c.options.targets.offsets = {nullptr, {3}};
     }},
    {"options.targets.lengths.extent(0)",
     [](call& c) {
       c.options.targets.lengths = {nullptr, {1}};
     }},
    {"options.sample_mask must not be null",
     [](call& c) {
       c.options.sample_mask = {nullptr, {2, 4}};
     }},
    {"report.valid must not be null",
     [](call& c) {
       c.report.valid = {nullptr, {2, 3}};
     }},
    {"report.left.extent(1)",
     [](call& c) {
       c.report.left = {nullptr, {2, 2}};
     }},
    {"report.age must not be null",
     [](call& c) {
       c.report.age = {nullptr, {2, 3}};
     }},
    {"report.status must not be null",
     [](call& c) {
       c.report.status = {nullptr, {2}};
     }},
    {"output must have less than 2^63 bytes in all",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 8}, {INT64_MAX, 8, 1}};
     }},
    {"output.stride(1) must be at least 8: rows of an output must be distinct (got 7)",
     [](call& c) {
       c.output = {c.out.data(), {2, 3, 8}, {24, 7, 1}};
     }},
    {"output.stride(0) must be at least 24: rows of an output must be distinct (got -23)",
     [](call& c) {
       c.output = {c.out.data() + 23, {2, 3, 8}, {-23, 8, 1}};
     }},
    {"options.kinds",
     [](call& c) {
       c.options.kinds = interpolation::slerp_wxyz;
       c.source = {c.values.data(), {2, 4, 6}};
       c.output = {c.out.data(), {2, 3, 6}};
     }},
    {"options.max_gap", [](call& c) { c.options.max_gap = -1; }},
    {"options.tolerance", [](call& c) { c.options.tolerance = -1; }},
    {"options.before", [](call& c) { c.options.before = static_cast<end_policy>(4); }},
    {"options.after", [](call& c) { c.options.after = static_cast<end_policy>(77); }},
    {"options.nans", [](call& c) { c.options.nans = static_cast<nan_policy>(2); }},
    {"options.samples.lengths.extent(0)", [](call& c) { c.options.samples.lengths = c.list({4}); }},
    {"options.samples.lengths[1]",
     [](call& c) {
       c.options.samples.lengths = c.list({4, 5});
     }},
    {"options.samples.lengths[0]",
     [](call& c) {
       c.options.samples.lengths = c.list({-1, 4});
     }},
    {"options.samples.lengths[1]",
     [](call& c) {
       c.options.samples.lengths = c.list({0, INT64_MIN});
     }},
    {"options.targets.lengths[0]",
     [](call& c) {
       c.options.targets.lengths = c.list({4, 3});
     }},
    {"options.targets.lengths[1]",
     [](call& c) {
       c.options.targets.lengths = c.list({3, -3});
     }},
    {"options.targets.lengths.extent(0)",
     [](call& c) {
       c.options.targets.lengths = c.list({3, 3, 3});
     }},
    {"options.samples.offsets",
     [](call& c) {
       c.pack({0, 5, 3}, {0, 3, 6});
     }},
    {"options.samples.offsets",
     [](call& c) {
       c.pack({-1, 5, 8}, {0, 3, 6});
     }},
    {"options.samples.offsets",
     [](call& c) {
       c.pack({0, 5, 9}, {0, 3, 6});
     }},
    {"options.samples.offsets",
     [](call& c) {
       c.pack({0, 9, 8}, {0, 3, 6});
     }},
    {"options.samples.offsets",
     [](call& c) {
       c.pack({5, INT64_MIN, 8}, {0, 3, 6});
     }},
    {"options.samples.offsets.extent(0)",
     [](call& c) {
       c.pack({0, 8}, {0, 3, 6});
     }},
    {"options.targets.offsets",
     [](call& c) {
       c.pack({0, 5, 8}, {0, 4, 3});
     }},
    {"options.targets.offsets",
     [](call& c) {
       c.pack({0, 5, 8}, {-1, 4, 6});
     }},
    {"options.targets.offsets",
     [](call& c) {
       c.pack({0, 5, 8}, {0, 4, 7});
     }},
    {"options.targets.offsets",
     [](call& c) {
       c.pack({0, 5, 8}, {0, INT64_MAX, 6});
     }},
    {"source.extent(0)",
     [](call& c) {
       c.options.samples.offsets = c.list({0, 2, 4});
     }},
    {"targets.extent(0)",
     [](call& c) {
       c.options.targets.offsets = c.list({0, 2, 3});
     }},
    {"options.samples.lengths and options.samples.offsets",
     [](call& c) {
       c.pack({0, 5, 8}, {0, 3, 6});
       c.options.samples.lengths = c.options.samples.offsets;
       c.options.samples.lengths = view<const std::int64_t, 1>(c.numbers.data(), {2});
     }},
    {"options.targets.lengths and options.targets.offsets",
     [](call& c) {
       c.pack({0, 5, 8}, {0, 3, 6});
       c.options.targets.lengths = view<const std::int64_t, 1>(c.more.data(), {2});
     }},
    {"options.sample_mask.extent(1)",
     [](call& c) {
       c.options.sample_mask = view<const std::uint8_t, 2>(c.bytes.data(), {2, 3});
     }},
    {"options.sample_mask.stride(1)",
     [](call& c) {
       c.options.sample_mask = view<const std::uint8_t, 2>(c.bytes.data(), {2, 4}, {8, 2});
     }},
    {"report.valid.extent(1)",
     [](call& c) {
       c.report.valid = {c.bytes.data(), {2, 4}};
     }},
    {"report.left.extent(0)",
     [](call& c) {
       c.report.left = {c.words.data(), {3, 3}};
     }},
    {"report.left.stride(0)",
     [](call& c) {
       c.report.left = {c.words.data(), {2, 3}, {0, 1}};
     }},
    {"report.age.stride(1)",
     [](call& c) {
       c.report.age = {c.words.data(), {2, 3}, {1, 2}};
     }},
    {"report.weight must not be null",
     [](call& c) {
       c.report.weight = {nullptr, {2, 3}};
     }},
    {"report.status.extent(0)",
     [](call& c) {
       c.report.status = {c.status.data(), {3}};
     }},
};

std::string error_of(const call& c, const any_executor& executor) {
  try {
    c.run(executor);
  } catch (const invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a good call passes", "[errors]") {
  call padded, packed;
  packed.pack({0, 5, 8}, {0, 3, 6});
  CHECK(error_of(padded, cpu{}) == "no error");
  CHECK(error_of(packed, cpu{}) == "no error");
  CHECK_FALSE(padded.untouched());
  CHECK_FALSE(packed.untouched());
}

TEST_CASE("bad arguments are named and nothing is written", "[errors]") {
  std::size_t number = 0;
  for (const auto& mistake : mistakes) {
    call c;
    mistake.make(c);
    const std::string text = error_of(c, cpu{2});
    CAPTURE(number, mistake.name, text);
    CHECK(text.rfind("robocache::resample: ", 0) == 0);
    CHECK(text.find(mistake.name) != std::string::npos);
    CHECK(c.untouched());
    ++number;
  }
}

TEST_CASE("the text says what was expected and what came", "[errors]") {
  call c;
  c.output = {c.out.data(), {2, 3, 7}};
  CHECK(error_of(c, cpu{}) ==
        "robocache::resample: output.extent(2) must equal source.extent(2) (got 7 and 8)");
}

TEST_CASE("NaN limits are refused", "[errors]") {
  std::vector<float> value = {1};
  std::vector<double> stamp = {0};
  const auto run = [&](const resample_options<double>& options) {
    resample(cpu{}, view<const float, 3>(value.data(), {1, 1, 1}),
             view<const double, 2>(stamp.data(), {1, 1}),
             view<const double, 2>(stamp.data(), {1, 1}), view<float, 3>(value.data(), {1, 1, 1}),
             options);
  };
  resample_options<double> gap, tolerance;
  gap.max_gap = std::numeric_limits<double>::quiet_NaN();
  tolerance.tolerance = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(run(gap), invalid_argument);
  CHECK_THROWS_AS(run(tolerance), invalid_argument);
}

TEST_CASE("a row has 1 to 16 groups", "[errors]") {
  std::vector<channel_group> groups(17, {1, interpolation::linear});
  CHECK_THROWS_AS(channel_groups(groups.data(), 17), invalid_argument);
  CHECK_THROWS_AS(channel_groups(groups.data(), 0), invalid_argument);
  CHECK(channel_groups(groups.data(), 16).count() == 16);
}
