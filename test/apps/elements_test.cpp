// Types of samples: what a narrower one loses, and rows of any type that are only selected.
#include "recordings.hpp"

namespace {

using namespace test;
using robocache::f16;

/// An array and its stamps 0, 1, 2 ... s.
template <class T>
void write_array(const temporary_directory& here, const std::string& descr,
                 const std::string& shape, const std::vector<T>& values, int samples) {
  numbers stamps;
  for (int i = 0; i < samples; ++i) stamps.push_back(i);
  write_bytes(here / "in.npz", test::zip({{"values.npy", member(descr, shape, values)},
                                          {"times.npy", stamps_member(stamps)}}));
}

outcome resample(const temporary_directory& here, const std::string& options) {
  return run_tool(here, "resample in.npz -o out.npz " + options);
}

array resampled(const temporary_directory& here, const std::string& options) {
  const outcome result = resample(here, options);
  check_success(result);
  CHECK(result.err.empty());
  return array_file(here / "out.npz").read("values");
}

/// The one line that a conversion says.
void check_note(const outcome& result, const std::vector<std::string>& parts) {
  check_success(result);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(contains(result.err, "note: in.npz: array 'values': "));
  for (const std::string& part : parts) {
    INFO("expected: " << part << "\nin: " << result.err);
    CHECK(contains(result.err, part));
  }
}

constexpr std::int64_t odd24 = (std::int64_t{1} << 24) + 1, odd53 = (std::int64_t{1} << 53) + 1;

}  // namespace

TEST_CASE("elements: what a type cannot hold is said, and is invalid where it would be infinite") {
  const temporary_directory here;
  write_array<double>(here, "<f8", "(4,)", {1, 70000, 3, -80000}, 4);
  check_note(resample(here, "--rate 1 --element float16"),
             {"2 of 4 values cannot be held by float16", "the first 70000 at index 1",
              "NaN and invalid", "float32 holds them"});
  check_numbers(numbers_in(here / "out.npz"), {1, NAN, 3, NAN});
  check_numbers(numbers_in(here / "out.npz", "valid"), {1, 0, 1, 0});
  write_array<double>(here, "<f8", "(2,)", {1e200, 1}, 2);
  check_note(resample(here, "--rate 1 --element float32"),
             {"1 of 2", "1e+200 at index 0", "float64 holds them"});
  check_numbers(numbers_in(here / "out.npz", "valid"), {0, 1});

  write_array<std::int64_t>(here, "<i8", "(3,)", {7, 9, odd24}, 3);
  check_note(resample(here, "--rate 1 --element float32"),
             {"1 of 3 values cannot be held by float32", "16777217 at index 2", "becomes 16777216",
              "float64 holds them"});
  check_numbers(numbers_in(here / "out.npz", "valid"), {1, 1, 1});
  write_array<std::int64_t>(here, "<i8", "(2,)", {odd53, 0}, 2);
  check_note(resample(here, "--rate 1 --element float64"),
             {"9007199254740993 at index 0", "becomes 9007199254740992",
              "no floating-point type holds them", "keeps int64"});
  write_array<std::uint16_t>(here, "<u2", "(2,)", {2049, 0}, 2);
  check_note(resample(here, "--rate 1 --element float16"), {"2049", "becomes 2048", "float32"});
  // Half a metre of a float32 is more than a thousandth of the metre that was driven.
  write_array<double>(here, "<f8", "(3, 2)", {4500000.05, 0.1, 4500000.55, 0.2, 4500001.05, 0.3},
                      3);
  check_note(resample(here, "--rate 1 --element float32"),
             {"3 of 6 values cannot be held by float32", "4500000.05 at index 0", "becomes 4500000",
              "float64 holds them"});
}

TEST_CASE("elements: ordinary rounding is not said") {
  const temporary_directory here;
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back(std::sin(i) * 123.4);
  values[7] = NAN;
  values[9] = INFINITY;
  write_array(here, "<f8", "(30, 2)", values, 30);
  for (const char* type : {"float64", "float32", "float16"}) {
    resampled(here, std::string("--rate 1 --element ") + type);
    CHECK(number_at(array_file(here / "out.npz").read("valid"), 4) ==
          1);  // an infinity of the file
  }
  write_array<std::int32_t>(here, "<i4", "(2,)", {odd24, 2}, 2);
  resampled(here, "--rate 1 --element float64");
  write_array<std::int64_t>(here, "<i8", "(2,)", {std::int64_t{1} << 40, 2}, 2);
  resampled(here, "--rate 1 --element float32");
  write_array<double>(here, "<f8", "(2,)", {0.1, 0.1}, 2);
  resampled(here, "--rate 1 --element float16");
}

TEST_CASE("elements: integers and flags are taken as they are by the kinds that select") {
  const temporary_directory here;
  write_array<std::int64_t>(here, "<i8", "(3, 2)", {odd53, 1, odd53 + 1, 2, -odd53, 3}, 3);
  const array kept = resampled(here, "--rate 2 --kind previous");
  REQUIRE(kept.type == element::i64);
  REQUIRE(kept.shape == shape_type{5, 2});
  CHECK(integers_in(here / "out.npz", "values") ==
        integers{odd53, 1, odd53, 1, odd53 + 1, 2, odd53 + 1, 2, -odd53, 3});
  check_numbers(numbers_in(here / "out.npz", "times"), {0, 0.5, 1, 1.5, 2});

  write_array<std::uint8_t>(here, "|b1", "(2,)", {1, 0}, 2);
  const array flags = resampled(here, "--rate 4 --kind nearest --tolerance 0.3");
  CHECK(flags.type == element::boolean);
  check_numbers(numbers_in(here / "out.npz"), {1, 1, 0, 0, 0});
  check_numbers(numbers_in(here / "out.npz", "valid"), {1, 1, 0, 1, 1});
  write_array<std::uint16_t>(here, "<u2", "(2,)", {5, 6}, 2);
  resampled(here, "--rate 4 --kind nearest --tolerance 0.3 --fill 65535");
  check_numbers(numbers_in(here / "out.npz"), {5, 5, 65535, 6, 6});
  for (const char* fill : {"65536", "-1", "0.5", "inf"}) {
    check_failure(resample(here, std::string("--rate 4 --kind next --fill ") + fill), 1,
                  {"--fill", "uint16", "'values'"});
  }
  check_failure(resample(here, "--rate 4"), 2,
                {"uint16", "--element", "previous, next or nearest"});
  check_failure(resample(here, "--rate 4 --kind previous:1,linear:0"), 1, {"--kind"});
}

TEST_CASE("elements: images are rows of any shape") {
  const temporary_directory here;
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 3 * 2 * 2 * 3; ++i) pixels.push_back(static_cast<std::uint8_t>(i * 7));
  const auto frame = [&](std::size_t i) {
    return numbers(pixels.begin() + static_cast<std::ptrdiff_t>(12 * i),
                   pixels.begin() + static_cast<std::ptrdiff_t>(12 * i + 12));
  };
  numbers expected;
  for (const std::size_t i : {0U, 0U, 1U, 1U, 2U}) {
    const numbers pixels_of = frame(i);
    expected.insert(expected.end(), pixels_of.begin(), pixels_of.end());
  }
  write_array(here, "|u1", "(3, 2, 2, 3)", pixels, 3);
  const array images = resampled(here, "--rate 2 --kind previous --plot p.svg");
  CHECK(images.type == element::u8);
  CHECK(images.shape == shape_type{5, 2, 2, 3});
  CHECK(numbers_in(here / "out.npz") == expected);
  CHECK(array_file(here / "out.npz").read("valid").shape == shape_type{5});

  write_array(here, "|u1", "(3, 4, 3)", pixels, 3);  // grey
  CHECK(resampled(here, "--rate 2 --kind previous").shape == shape_type{5, 4, 3});
  CHECK(numbers_in(here / "out.npz") == expected);
  write_array(here, "|u1", "(1, 3, 2, 2, 3)", pixels, 3);  // a batch
  CHECK(resampled(here, "--rate 2 --kind previous").shape == shape_type{1, 5, 2, 2, 3});
  CHECK(numbers_in(here / "out.npz") == expected);
  check_failure(resample(here, "--rate 2"), 2, {"uint8", "previous, next or nearest"});
  write_array(here, "|u1", "(1, 36)", pixels, 3);
  check_failure(resample(here, "--rate 2 --kind next"), 2, {"'times'", "(1,)", "(3,)"});

  std::vector<float> floats(pixels.begin(), pixels.end());
  write_array(here, "<f4", "(3, 2, 2, 3)", floats, 3);
  const array blended = resampled(here, "--rate 2 --kind linear");
  CHECK(blended.shape == shape_type{5, 2, 2, 3});
  CHECK(number_at(blended, 12) == 42);
}

TEST_CASE("elements: selected rows of several items follow their own clocks") {
  const temporary_directory here;
  write_bytes(
      here / "in.npz",
      test::zip({{"values.npy", member<std::int32_t>("<i4", "(2, 3, 1)", {1, 2, 3, 4, 5, 6})},
                 {"times.npy", member<double>("<f8", "(2, 3)", {0, 1, 2, 10, 10.5, 11})}}));
  CHECK(resampled(here, "--rate 2 --kind previous --fill -1").shape == shape_type{2, 5, 1});
  check_numbers(numbers_in(here / "out.npz"), {1, 1, 2, 2, 3, 4, 5, 6, -1, -1});
  check_numbers(numbers_in(here / "out.npz", "valid"), {1, 1, 1, 1, 1, 1, 1, 1, 0, 0});
}

TEST_CASE("kinds: the last group without a number is for the rest") {
  const temporary_directory here;
  write_array<float>(here, "<f4", "(2, 4)", {0, 0, 0, 0, 8, 8, 8, 8}, 2);
  resampled(here, "--rate 2 --kind linear:1,previous");
  check_numbers(numbers_in(here / "out.npz"), {0, 0, 0, 0, 4, 0, 0, 0, 8, 8, 8, 8});
  resampled(here, "--rate 2 --kind previous:1,linear:2,next");
  check_numbers(numbers_in(here / "out.npz"), {0, 0, 0, 0, 0, 4, 4, 8, 8, 8, 8, 8});
  check_success(run_tool(here,
                         "fuse --stream in.npz:values@next:2,linear,tolerance=1 --rate 2 "
                         "-o out.npz"));
  check_numbers(numbers_in(here / "out.npz"), {0, 0, 0, 0, 8, 8, 4, 4, 8, 8, 8, 8});
  check_failure(resample(here, "--rate 2 --kind linear:4,previous"), 1, {"--kind", "left", "none"});
  check_failure(resample(here, "--rate 2 --kind linear:5,previous"), 1,
                {"--kind", "4 channels", "5"});
  check_failure(resample(here, "--rate 2 --kind linear:1,slerp-xyzw"), 1,
                {"slerp-xyzw", "multiple of 4", "got 3"});
  check_failure(resample(here, "--rate 2 --kind linear,previous:1"), 1,
                {"KIND:CHANNELS for all groups but the last", "'linear'"});
}

TEST_CASE("elements: a fuse of narrow streams is float32, or as --element says") {
  const temporary_directory here;
  write_bytes(here / "in.npz",
              test::zip({{"image.npy", member<std::uint8_t>("|u1", "(2, 2)", {0, 255, 100, 1})},
                         {"grip.npy", member<std::uint8_t>("|b1", "(2,)", {0, 1})},
                         {"half.npy", member<f16>("<f2", "(2,)", {f16(0.5F), f16(1.5F)})},
                         {"single.npy", member<float>("<f4", "(2,)", {0.1F, 0.2F})},
                         {"ticks.npy", member<std::int32_t>("<i4", "(2,)", {-4, 1 << 20})},
                         {"times.npy", member<float>("<f4", "(2,)", {0, 1})}}));
  const std::string command =
      "fuse --stream in.npz:image@linear --stream in.npz:grip@previous --stream in.npz:half@linear "
      "--stream in.npz:single@nearest --stream in.npz:ticks@previous --rate 2 -o out.npz";
  check_success(run_tool(here, command));
  CHECK(array_file(here / "out.npz").read("values").type == element::f32);
  check_numbers(numbers_in(here / "out.npz"),
                {0, 255, 0, 0.5, 0.1F, -4, 50, 128, 0, 1, 0.1F, -4, 100, 1, 1, 1.5, 0.2F, 1 << 20});
  const outcome halved = run_tool(here, command + " --element float16");
  check_success(halved);
  CHECK(
      contains(halved.err, "note: in.npz: array 'ticks': 1 of 2 values cannot be held by float16"));
  const array narrow = array_file(here / "out.npz").read("values");
  CHECK(narrow.type == element::f16);
  CHECK(narrow.as<f16>()[4].bits == f16(0.1F).bits);
  CHECK(number_at(narrow, 1) == 255);
  CHECK(std::isnan(number_at(narrow, 17)));
  check_numbers(numbers_in(here / "out.npz", "valid"),
                {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0});
}

TEST_CASE(
    "elements: what overflows in a fuse is said and invalid, infinities of the file are not") {
  const temporary_directory here;
  write_bytes(here / "in.npz", test::zip({{"a.npy", member<float>("<f4", "(3,)", {1, 70000, 3})},
                                          {"b.npy", member<float>("<f4", "(3,)", {1, INFINITY, 2})},
                                          {"times.npy", stamps_member(numbers{0, 1, 2})}}));
  const outcome result = run_tool(here,
                                  "fuse --stream in.npz:a@mean --stream in.npz:b@next --rate 1 "
                                  "--element float16 -o out.npz");
  check_success(result);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(contains(result.err, "'a': 1 of 3 values cannot be held by float16, the first 70000"));
  check_numbers(numbers_in(here / "out.npz"), {1, 1, NAN, INFINITY, 3, 2});
  check_numbers(numbers_in(here / "out.npz", "valid"), {1, 1, 0, 1, 1, 1});
}

TEST_CASE("elements: what is lost is said once for a stream of many episodes") {
  const temporary_directory here;
  write_bytes(here / "in.npz",
              test::zip({{"a.npy", member<float>("<f4", "(4,)", {1, 70000, 80000, 90000})},
                         {"times.npy", stamps_member(numbers{0, 0, 0, 0})},
                         {"ends.npy", stamps_member(integers{1, 2, 3, 4})}}));
  const outcome result = run_tool(here,
                                  "fuse --stream in.npz:a@next --rate 1 --element float16 "
                                  "--episodes ends -o out.npz");
  check_success(result);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(contains(result.err, "'a', episode 1: 1 of 1 values cannot be held by float16"));
  check_numbers(numbers_in(here / "out.npz", "valid"), {1, 0, 0, 0});
}

TEST_CASE("elements: a fuse keeps what float64 and wide integers hold") {
  const temporary_directory here;
  write_bytes(here / "in.npz",
              test::zip({{"utm.npy", member<double>("<f8", "(2,)", {4500000.05, 4500000.15})},
                         {"ticks.npy", member<std::int64_t>("<i8", "(2,)", {odd24, 3})},
                         {"big.npy", member<std::int64_t>("<i8", "(2,)", {odd53, 3})},
                         {"times.npy", stamps_member(numbers{0, 1})}}));
  const auto fuse = [&](const std::string& options) {
    const outcome result = run_tool(here, "fuse --rate 1 -o out.npz " + options);
    check_success(result);
    return result.err;
  };
  const std::string narrow = " --element float32";
  CHECK(contains(fuse("--stream in.npz:utm@mean" + narrow), "'utm': 2 of 2 values cannot be held"));
  check_numbers(numbers_in(here / "out.npz"), {4500000, 4500000});
  CHECK(contains(fuse("--stream in.npz:ticks@next" + narrow), "16777217 at index 0"));
  check_numbers(numbers_in(here / "out.npz"), {16777216, 3});
  CHECK(fuse("--stream in.npz:utm@mean").empty());
  check_numbers(numbers_in(here / "out.npz"), {4500000.05, 4500000.15});
  CHECK(fuse("--stream in.npz:ticks@next").empty());
  check_numbers(numbers_in(here / "out.npz"), {static_cast<double>(odd24), 3});
  CHECK(contains(fuse("--stream in.npz:big@next"), "9007199254740993 at index 0"));
}

TEST_CASE("elements: pixels are columns of a fuse") {
  const temporary_directory here;
  write_array<std::uint8_t>(here, "|u1", "(2, 2, 1, 2)", {1, 2, 3, 4, 255, 6, 7, 8}, 2);
  check_success(run_tool(here, "fuse --stream in.npz:values@previous --rate 2 -o out.npz"));
  CHECK(array_file(here / "out.npz").read("values").shape == shape_type{3, 4});
  check_numbers(numbers_in(here / "out.npz"), {1, 2, 3, 4, 1, 2, 3, 4, 255, 6, 7, 8});
}
