// The tool and the units of stamps: what files hold, what they become, and what cannot be true.
#include "recordings.hpp"

namespace {

using namespace test;

constexpr std::int64_t epoch_us = 1700000000000000;

/// `count` samples 0, 1, 2 ... beside stamps of any type.
template <class T>
void write_log(const std::string& path, const std::string& descr, const std::vector<T>& stamps) {
  std::vector<float> values;
  for (std::size_t i = 0; i < stamps.size(); ++i) values.push_back(static_cast<float>(i));
  const std::string shape = "(" + std::to_string(stamps.size()) + ",)";
  test::write_bytes(path, test::zip({{"values.npy", member("<f4", shape, values)},
                                     {"times.npy", member(descr, shape, stamps)}}));
}

template <class T = std::int64_t>
std::vector<T> ramp(T first, T step, int count) {
  std::vector<T> stamps;
  for (int i = 0; i < count; ++i)
    stamps.push_back(static_cast<T>(first + static_cast<T>(i) * step));
  return stamps;
}

std::vector<float> values_in(const std::string& path) {
  const array values = array_file(path).read("values");
  return {values.as<float>(), values.as<float>() + values.size()};
}

outcome resample(const temporary_directory& here, const std::string& options) {
  return test::run_tool(here, "resample in.npz -o out.npz " + options);
}

}  // namespace

TEST_CASE("stamps: microseconds at the epoch, by --time-unit, are exact nanoseconds") {
  const temporary_directory here;
  write_log(here / "in.npz", "<i8", ramp(epoch_us, std::int64_t{10000}, 301));
  const outcome result = resample(here, "--rate 50 --time-unit us");
  check_success(result);
  CHECK(result.err.empty());
  const integers times = integers_in(here / "out.npz");
  const std::vector<float> values = values_in(here / "out.npz");
  REQUIRE(times.size() == 151);
  for (std::size_t k = 0; k < times.size(); ++k) {
    CHECK(times[k] == (epoch_us + static_cast<std::int64_t>(k) * 20000) * 1000);
    CHECK(values[k] == 2 * static_cast<float>(k));
  }
}

TEST_CASE("stamps: every integer type and unit gives the same answers") {
  const temporary_directory here;
  const auto check = [&](const std::string& options, std::int64_t begin) {
    INFO(options);
    check_success(resample(here, "--rate 2 " + options));
    CHECK(integers_in(here / "out.npz") == integers{begin, begin + 500000000, begin + 1000000000,
                                                    begin + 1500000000, begin + 2000000000});
    CHECK(values_in(here / "out.npz") == std::vector<float>{0, 0.5, 1, 1.5, 2});
  };
  write_log<std::uint64_t>(here / "in.npz", "<u8", ramp<std::uint64_t>(1700000000, 1, 3));
  check("--time-unit s", 1700000000000000000);
  write_log<std::int32_t>(here / "in.npz", "<i4", {-1000, 0, 1000});
  check("--time-unit ms", -1000000000);
  write_log<std::uint32_t>(here / "in.npz", "<u4", {4000000000U, 4001000000U, 4002000000U});
  check("--time-unit us", 4000000000000);
  write_log<std::uint32_t>(here / "in.npz", "<u4", {0U, 1000000000U, 2000000000U});
  check("", 0);
  write_log<std::int16_t>(here / "in.npz", "<i2", {7, 8, 9});
  check("--time-unit s", 7000000000);
  write_log<std::uint16_t>(here / "in.npz", "<u2", {60000, 61000, 62000});
  check("--time-unit ms", 60000000000);
  write_log<std::int8_t>(here / "in.npz", "|i1", {-1, 0, 1});
  check("--time-unit s", -1000000000);
  write_log<std::uint8_t>(here / "in.npz", "|u1", {253, 254, 255});
  check("--time-unit s", 253000000000);
  write_log<std::int64_t>(here / "in.npz", "<i8", {3000000000, 4000000000, 5000000000});
  check("--time-unit ns", 3000000000);
}

TEST_CASE("stamps: datetime64 by its own unit") {
  const temporary_directory here;
  struct dates {
    const char* descr;
    std::int64_t first, step;
  };
  for (const dates& d :
       {dates{"<M8[s]", 1700000000, 1}, dates{"<M8[ms]", 1700000000000, 1000},
        dates{"<M8[us]", epoch_us, 1000000}, dates{"<M8[ns]", 1700000000000000000, 1000000000},
        dates{"<M8[10ms]", 170000000000, 100}, dates{"<m8[s]", 1700000000, 1}}) {
    INFO(d.descr);
    write_log(here / "in.npz", d.descr, ramp(d.first, d.step, 3));
    check_success(resample(here, "--rate 1"));
    CHECK(integers_in(here / "out.npz") ==
          integers{1700000000000000000, 1700000001000000000, 1700000002000000000});
    CHECK(values_in(here / "out.npz") == std::vector<float>{0, 1, 2});
  }
  write_log<std::int64_t>(here / "in.npz", "<M8[D]", {19675, 19676});
  const outcome daily = resample(here, "--rate 1e-5");
  check_success(daily);
  CHECK(integers_in(here / "out.npz") == integers{1699920000000000000});
  write_log<std::int64_t>(here / "in.npz", "<M8[ps]", {-2000, 0, 5000});
  check_success(resample(here, "--rate 1e9"));
  CHECK(integers_in(here / "out.npz") == integers{-2, -1, 0, 1, 2, 3, 4, 5});
}

TEST_CASE("stamps: floats in other units become seconds") {
  const temporary_directory here;
  write_log<double>(here / "in.npz", "<f8", {1.7e15, 1.7e15 + 500000, 1.7e15 + 1000000});
  check_success(resample(here, "--rate 4 --time-unit us"));
  const array times = array_file(here / "out.npz").read("times");
  REQUIRE(times.type == element::f64);
  REQUIRE(times.size() == 5);
  for (int k = 0; k < 5; ++k) CHECK(times.as<double>()[k] == 1.7e9 + k * 0.25);
  CHECK(values_in(here / "out.npz") == std::vector<float>{0, 0.5, 1, 1.5, 2});
  write_log<float>(here / "in.npz", "<f4", {0, 500, 1000});
  check_success(resample(here, "--rate 4 --time-unit ms"));
  CHECK(values_in(here / "out.npz") == std::vector<float>{0, 0.5, 1, 1.5, 2});
}

TEST_CASE("stamps: targets have the unit of the option, or their own") {
  const temporary_directory here;
  const auto write = [&](const std::string& descr, const integers& targets) {
    test::write_bytes(here / "in.npz",
                      test::zip({{"values.npy", member<float>("<f4", "(2,)", {0, 8})},
                                 {"times.npy", member<std::int64_t>("<i8", "(2,)", {1000, 9000})},
                                 {"at.npy", member(descr, "(2,)", targets)}}));
  };
  write("<i8", {2000, 5000});
  check_success(resample(here, "--targets at --time-unit ms"));
  CHECK(values_in(here / "out.npz") == std::vector<float>{1, 4});
  check_success(test::run_tool(
      here, "fuse --stream in.npz:values@linear --targets in.npz:at --time-unit ms -o out.npz"));
  CHECK(values_in(here / "out.npz") == std::vector<float>{1, 4});
  write("<M8[s]", {2, 5});
  check_success(resample(here, "--targets at --time-unit ms"));
  CHECK(values_in(here / "out.npz") == std::vector<float>{1, 4});
  write("<M8[s]", {2, INT64_MIN});
  check_failure(resample(here, "--targets at --time-unit ms"), 2, {"'at'", "NaT", "index 1"});
}

TEST_CASE("stamps: what is no nanosecond of 64 bits is refused by name and index") {
  const temporary_directory here;
  const auto fails = [&](const std::string& options, int code,
                         const std::vector<std::string>& parts) {
    INFO(options);
    check_failure(resample(here, "--rate 1 " + options), code, parts);
  };
  write_log<std::int64_t>(here / "in.npz", "<i8", {0, 9223372036854775, 9223372036854776});
  fails("--time-unit us", 2,
        {"in.npz: array 'times'", "9223372036854776", "int64 us", "index 2", "does not fit"});
  write_log<std::uint64_t>(here / "in.npz", "<u8", {0, std::uint64_t{1} << 63});
  fails("", 2, {"9223372036854775808", "uint64 ns", "index 1", "does not fit"});
  write_log<std::int64_t>(here / "in.npz", "<M8[s]", {-9223372037, 0});
  fails("", 2, {"-9223372037", "datetime64[s]", "index 0", "does not fit"});
  write_log<std::int64_t>(here / "in.npz", "<M8[us]", {5, INT64_MIN, 7});
  fails("", 2, {"'times'", "NaT", "index 1"});
  write_log<std::int64_t>(here / "in.npz", "<M8[ps]", {0, 1000, 2500});
  fails("", 2, {"2500", "datetime64[ps]", "index 2", "no whole nanosecond"});
  write_log<std::int64_t>(here / "in.npz", "<M8[M]", {0, 1});
  fails("", 2, {"datetime64[M]", "weeks to attoseconds"});
  write_log<std::int64_t>(here / "in.npz", "<M8[us]", {0, 1000000});
  fails("--time-unit ms", 1, {"datetime64[us]", "got ms"});
  check_success(resample(here, "--rate 1 --time-unit us"));
  write_log<std::uint8_t>(here / "in.npz", "|b1", {0, 1});
  fails("", 2, {"expected stamps of integers", "got bool"});
  write_log<std::uint16_t>(here / "in.npz", "<f2", {0, 1});
  fails("", 2, {"expected stamps of integers", "got float16"});
  fails("--time-unit minutes", 1, {"--time-unit"});
  test::write_bytes(here / "in.npz",
                    test::zip({{"values.npy", member<std::int64_t>("<M8[s]", "(2,)", {0, 1})},
                               {"times.npy", member<double>("<f8", "(2,)", {0, 1})}}));
  fails("--element float32", 2, {"'values'", "datetime64[s]"});
}

TEST_CASE("stamps: a rate that cannot be true is said, with the unit that mends it") {
  const temporary_directory here;
  const auto said = [&](const std::string& options) {
    const outcome result = resample(here, options);
    check_success(result);
    return result.err;
  };
  const auto check_said = [](const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
      INFO("expected: " << part << "\nin: " << text);
      CHECK(contains(text, part));
    }
  };
  write_log(here / "in.npz", "<i8", ramp(epoch_us, std::int64_t{10000}, 301));
  check_said(said("--rate 50"),
             {"warning: in.npz: array 'times'", "int64 read as ns", "301 samples in 0.003 s",
              "1e+05 Hz", "--time-unit us would make it 100 Hz"});
  // A longer one gives many targets, but its stamps are dates in microseconds.
  write_log(here / "in.npz", "<i8", ramp(epoch_us, std::int64_t{10000}, 4001));
  check_said(said("--rate 500"), {"1e+05 Hz", "--time-unit us would make it 100 Hz"});
  write_log(here / "in.npz", "<i8", ramp<std::int64_t>(0, 1, 20));
  check_said(said("--rate 2e9"), {"1e+09 Hz", "--time-unit ms would make it 1000 Hz"});
  write_log<double>(here / "in.npz", "<f8", ramp<double>(0, 10000, 20));
  check_said(said("--rate 1e-4"), {"float64 read as s", "0.0001 Hz", "--time-unit us"});
  write_log(here / "in.npz", "<i8", ramp<std::int64_t>(0, 10000, 100));  // 100 kHz, no date
  check_said(said("--rate 50"), {"100 samples", "one target", "--time-unit us", "100 Hz"});
  const outcome fused =
      test::run_tool(here, "fuse --stream in.npz:values@mean --rate 50 -o out.npz");
  check_success(fused);
  check_said(fused.err, {"'times'", "one target", "--time-unit us would make it 100 Hz"});
  write_log(here / "in.npz", "<M8[us]", ramp<std::int64_t>(0, 10000, 20));
  const std::string date = said("--rate 1");
  check_said(date, {"datetime64[us]", "100 Hz", "one target"});
  CHECK_FALSE(contains(date, "--time-unit"));

  // It is said before there is not enough memory for it.
  write_log<double>(here / "in.npz", "<f8", ramp<double>(0, 1e7, 20));
  const outcome large = resample(here, "--rate 1e9");
  check_failure(large, 1, {"warning: in.npz", "--time-unit ns would make it 100 Hz", "memory"});
  // Dates in milliseconds would be far away in seconds, though at a rate that can be.
  write_log<double>(here / "in.npz", "<f8", ramp<double>(1.7e12, 10, 20));
  check_said(said("--rate 50"), {"0.1 Hz", "--time-unit ms would make it 100 Hz"});

  // What is usual is not said: uptimes in nanoseconds, a second of 100 Hz, slow logs with gaps.
  write_log(here / "in.npz", "<i8", ramp<std::int64_t>(epoch_us, 10000000, 301));
  CHECK(said("--rate 50").empty());
  write_log(here / "in.npz", "<i8", ramp<std::int64_t>(epoch_us, 20000, 3001));  // 50 kHz sound
  CHECK_FALSE(contains(said("--rate 1000"), "one target"));
  write_log<double>(here / "in.npz", "<f8", {0, 1, 2, 3, 100000, 100001, 100002});
  CHECK(said("--rate 1").empty());
  write_log<double>(here / "in.npz", "<f8", {5, 5, 5});
  CHECK(said("--rate 1").empty());
}

TEST_CASE("stamps: streams of a fuse have units of their own") {
  const temporary_directory here;
  const auto v = member<float>("<f4", "(3,)", {1, 2, 3});
  test::write_bytes(
      here / "in.npz",
      test::zip({{"a.npy", v},
                 {"b.npy", v},
                 {"c.npy", v},
                 {"a_times.npy", member<std::int32_t>("<i4", "(3,)", {0, 1000, 2000})},
                 {"b_times.npy", member<std::uint64_t>("<u8", "(3,)", {0, 1000000, 2000000})},
                 {"c_times.npy", member<std::int64_t>("<M8[s]", "(3,)", {0, 1, 2})},
                 {"seconds.npy", member<double>("<f8", "(3,)", {0, 1, 2})}}));
  const std::string command =
      "fuse --stream in.npz:a@linear --stream in.npz:b@linear,unit=us --stream in.npz:c@previous "
      "--rate 2 --time-unit ms -o out.npz";
  const outcome result = test::run_tool(here, command);
  check_success(result);
  CHECK(result.err.empty());
  CHECK(integers_in(here / "out.npz") ==
        integers{0, 500000000, 1000000000, 1500000000, 2000000000});
  CHECK(values_in(here / "out.npz") ==
        std::vector<float>{1, 1, 1, 1.5, 1.5, 1, 2, 2, 2, 2.5, 2.5, 2, 3, 3, 3});
  const auto fails = [&](const std::string& arguments, int code,
                         const std::vector<std::string>& parts) {
    INFO(arguments);
    check_failure(test::run_tool(here, "fuse --rate 2 -o no.npz " + arguments), code, parts);
  };
  fails("--stream in.npz:a@linear,unit=hours", 1, {"unit", "s, ms, us, ns", "'hours'"});
  fails("--stream in.npz:c@linear,unit=ms", 1, {"datetime64[s]", "got ms"});
  const outcome warned = test::run_tool(here,
                                        "fuse --stream in.npz:b@linear,unit=s --stream "
                                        "in.npz:a@linear,unit=us --rate 1e-6 --span union "
                                        "-o out.npz");
  check_success(warned);
  CHECK(contains(warned.err, "'b_times': uint64 read as s"));
  CHECK(contains(warned.err, "unit=ns would make it 1000 Hz"));
}

TEST_CASE("stamps: info reads dates and integers") {
  const temporary_directory here;
  write_log(here / "in.npz", "<M8[us]", ramp(epoch_us, std::int64_t{10000}, 5));
  const outcome dates = test::run_tool(here, "info in.npz");
  check_success(dates);
  for (const char* part : {"datetime64[us]", "100 Hz", "1700000000040000"}) {
    INFO(part << " in\n" << dates.out);
    CHECK(contains(dates.out, part));
  }
  write_log<std::uint64_t>(here / "in.npz", "<u8", {0, 10000000, 20000000});
  CHECK(contains(test::run_tool(here, "info in.npz").out, "uint64 read as nanoseconds"));
  write_log<std::int64_t>(here / "in.npz", "<M8[us]", {0, INT64_MIN});
  const outcome nat = test::run_tool(here, "info in.npz");
  check_success(nat);
  CHECK(contains(nat.out, "NaT at index 1"));
}
