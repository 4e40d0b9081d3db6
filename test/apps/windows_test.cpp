// Regular clocks: their targets, the windows between them, and stamps that are theirs but for
// rounding.
#include <functional>

#include "recordings.hpp"

namespace {

using namespace test;

constexpr std::int64_t second = 1000000000, epoch = 1700000000123456789;

struct fraction {
  std::int64_t targets, seconds;
};

/// Stamp k of a grid in nanoseconds and what is left of it.
std::int64_t floor_of(std::int64_t k, fraction rate, std::int64_t unit = 1) {
  return k * rate.seconds * second / unit / rate.targets * unit;
}
std::int64_t ceil_of(std::int64_t k, fraction rate, std::int64_t unit = 1) {
  const std::int64_t part = rate.targets * unit;
  return (k * rate.seconds * second + part - 1) / part * unit;
}

using stamp = std::function<std::int64_t(std::int64_t, fraction)>;

integers grid(std::int64_t first, int count, fraction rate, const stamp& at) {
  integers stamps;
  for (int k = 0; k < count; ++k) stamps.push_back(first + at(k, rate));
  return stamps;
}

outcome fuse(const temporary_directory& here, const std::string& kind, const std::string& options) {
  return run_tool(here, "fuse --stream in.npz:values@" + kind + " -o out.npz " + options);
}

numbers fused(const temporary_directory& here, const std::string& kind,
              const std::string& options) {
  check_success(fuse(here, kind, options));
  return numbers_in(here / "out.npz");
}

numbers resampled(const temporary_directory& here, const std::string& options) {
  check_success(run_tool(here, "resample in.npz -o out.npz " + options));
  return numbers_in(here / "out.npz");
}

numbers ramp(int count, double first = 0, double step = 1) {
  numbers result;
  for (int k = 0; k < count; ++k) result.push_back(first + step * k);
  return result;
}

}  // namespace

TEST_CASE("windows: float64 stamps of 100 Hz tile a clock of 10 Hz") {
  const temporary_directory here;
  numbers stamps;
  for (int k = 0; k <= 1000; ++k) stamps.push_back(k / 100.0);
  write_samples(here / "in.npz", stamps);
  // Window k holds the samples 10 k - 9 to 10 k.
  numbers means = ramp(101, -4.5, 10), least = ramp(101, -9, 10);
  means[0] = least[0] = 0;
  for (const char* window : {"", ",window=0.1"}) {
    check_numbers(fused(here, std::string("mean") + window, "--rate 10"), means);
    check_numbers(fused(here, std::string("min") + window, "--rate 10"), least);
    check_numbers(fused(here, std::string("max") + window, "--rate 10"), ramp(101, 0, 10));
  }
}

TEST_CASE("windows: a spike between the nanoseconds of a clock is in one window") {
  const temporary_directory here;
  integers stamps = grid(0, 61, {60, 1}, [](auto k, auto rate) { return floor_of(k, rate); });
  std::vector<float> values(stamps.size(), 0);
  stamps[2] = 33333334;  // the first target of 30 Hz after 0 is 33333333
  values[2] = 1;
  write_samples(here / "in.npz", stamps, values);
  for (const char* snap : {"", "--snap 0"}) {
    const numbers peaks = fused(here, "max", std::string("--rate 30 ") + snap);
    REQUIRE(peaks.size() == 31);
    CHECK(std::count(peaks.begin(), peaks.end(), 1.0) == 1);
  }
  CHECK(fused(here, "max", "--rate 30")[1] == 1);
  CHECK(fused(here, "max", "--rate 30 --snap 0")[2] == 1);
}

TEST_CASE("windows: each sample of any rate lies in one window") {
  const temporary_directory here;
  integers stamps;
  unsigned state = 5;
  for (std::int64_t now = epoch; now < epoch + 3 * second;) {
    stamps.push_back(now);
    state = state * 1664525U + 1013904223U;
    now += 1 + (state >> 12);  // up to a millisecond
  }
  write_samples(here / "in.npz", stamps);
  for (const char* rate : {"30", "60", "333", "29.97", "30000/1001", "0.7", "1000"}) {
    for (const char* snap : {"", " --snap 0"}) {
      INFO("--rate " << rate << snap);
      const std::string options = std::string("--rate ") + rate + snap;
      const numbers first = fused(here, "min", options), last = fused(here, "max", options);
      double next = 0;  // the sample that the next window begins with
      bool is_tiled = true;
      for (std::size_t k = 0; k < first.size(); ++k) {
        if (std::isnan(first[k])) continue;
        is_tiled = is_tiled && first[k] == next;
        next = last[k] + 1;
      }
      CHECK(is_tiled);
    }
  }
}

TEST_CASE(
    "windows: stamps of the clock's rate are one to a window, however they are "
    "rounded") {
  const temporary_directory here;
  struct named {
    const char* text;
    fraction rate;
  };
  const named rates[] = {{"30", {30, 1}},        {"60", {60, 1}},
                         {"333", {333, 1}},      {"1000", {1000, 1}},
                         {"29.97", {2997, 100}}, {"30000/1001", {30000, 1001}}};
  const std::pair<const char*, stamp> roundings[] = {
      {"down", [](auto k, auto rate) { return floor_of(k, rate); }},
      {"up", [](auto k, auto rate) { return ceil_of(k, rate); }},
      {"down to us", [](auto k, auto rate) { return floor_of(k, rate, 1000); }},
      {"up to us", [](auto k, auto rate) { return ceil_of(k, rate, 1000); }}};
  for (const named& n : rates) {
    for (const auto& [text, at] : roundings) {
      INFO("--rate " << n.text << ", rounded " << text);
      write_samples(here / "in.npz", grid(epoch, 91, n.rate, at));
      const std::string rate = std::string("--rate ") + n.text;
      CHECK(fused(here, "mean", rate) == ramp(91));
      CHECK(fused(here, "previous", rate) == ramp(91));
      CHECK(resampled(here, rate + " --kind next") == ramp(91));
      CHECK(resampled(here, rate + " --kind previous") == ramp(91));
      const integers targets = integers_in(here / "out.npz");
      bool is_exact = true;
      for (std::size_t k = 0; k + 1 < targets.size(); ++k) {
        is_exact = is_exact && targets[k] == epoch + floor_of(static_cast<std::int64_t>(k), n.rate);
      }
      CHECK(is_exact);
    }
  }
}

TEST_CASE("snap: float64 stamps are a grid's but for rounding") {
  const temporary_directory here;
  for (const double first : {0.0, 1700000000.123}) {
    for (const double rate : {10.0, 30.0, 333.0}) {
      INFO("first " << first << ", rate " << rate);
      numbers products, quotients, micro;
      for (int k = 0; k < 301; ++k) {
        products.push_back(first + k * (1 / rate));
        quotients.push_back(first + k / rate);
        micro.push_back(std::nearbyint((first + k / rate) * 1e6) / 1e6);
      }
      const std::string option = "--rate " + std::to_string(rate);
      for (const numbers& stamps : {products, quotients, micro}) {
        write_samples(here / "in.npz", stamps);
        CHECK(resampled(here, option + " --kind previous") == ramp(301));
        CHECK(resampled(here, option + " --kind nearest") == ramp(301));
        CHECK(resampled(here, option + " --kind next") == ramp(301));
        CHECK(fused(here, "previous", option) == ramp(301));
        CHECK(fused(here, "mean", option) == ramp(301));
      }
    }
  }
}

TEST_CASE("snap: --snap 0 is exact, and others are as they say") {
  const temporary_directory here;
  numbers stamps = ramp(301, 0, 0.1);
  write_samples(here / "in.npz", stamps);
  const numbers exact = resampled(here, "--rate 10 --kind previous --snap 0");
  REQUIRE(exact.size() == 301);
  CHECK(numbers(exact.begin(), exact.begin() + 7) == numbers{0, 1, 2, 2, 4, 5, 5});
  write_samples(here / "in.npz", numbers{0, 1.04, 2, 3.06});
  check_numbers(resampled(here, "--rate 1 --kind previous"), {0, 0, 2, 2});
  check_numbers(resampled(here, "--rate 1 --kind previous --snap 0.05"), {0, 1, 2, 2});
  check_numbers(fused(here, "previous,snap=0.05", "--rate 1"), {0, 1, 2, 2});
  check_numbers(fused(here, "previous,snap=0.06", "--rate 1 --snap 0"), {0, 1, 2, 2});
  check_numbers(fused(here, "max", "--rate 1 --snap 0.05"), {0, 1, 2, NAN});
  check_numbers(fused(here, "max", "--rate 1"), {0, NAN, 2, NAN});
  for (const char* snap : {"-1", "nan", "wide"}) {
    check_failure(fuse(here, "max", std::string("--rate 1 --snap ") + snap), 1, {"--snap"});
  }
  check_failure(fuse(here, "max,snap=-1", "--rate 1"), 1, {"snap: expected"});
  // A last stamp short of the grid is on it where it is that near.
  write_samples(here / "in.npz", numbers{0, 1, 1.96});
  check_numbers(resampled(here, "--rate 1 --kind next"), {0, 1});
  check_numbers(resampled(here, "--rate 1 --kind next --snap 0.05"), {0, 1, 2});
}

TEST_CASE(
    "snap: milliseconds are rounded by their unit, and fast stamps choose "
    "nothing of the future") {
  const temporary_directory here;
  integers stamps;
  for (std::int64_t k = 0; k < 91; ++k) stamps.push_back((k * 1000 + 15) / 30);
  write_samples(here / "in.npz", stamps);
  CHECK(resampled(here, "--rate 30 --kind previous --time-unit ms") == ramp(91));
  CHECK(fused(here, "max", "--rate 30 --time-unit ms") == ramp(91));
  // 1 kHz with a jitter: at 1 Hz a thousandth of the period is a step of
  // theirs.
  numbers fast;
  for (int k = 0; k < 3001; ++k) fast.push_back(k / 1000.0 + (k % 3 == 1 ? 0.0004 : 0));
  write_samples(here / "in.npz", fast);
  check_numbers(resampled(here, "--rate 1 --kind previous"), {0, 999, 2000, 3000});
}

TEST_CASE("snap: blends stay where they are") {
  const temporary_directory here;
  numbers stamps;
  for (int k = 0; k < 101; ++k) stamps.push_back(k / 10.0 + (k % 2 == 1 ? 0.00005 : 0));
  write_samples(here / "in.npz", stamps);
  const numbers linear = resampled(here, "--rate 10");
  REQUIRE(linear.size() == 101);
  for (std::size_t k = 1; k < 100; k += 2) {
    const double w = 0.1 / 0.10005;
    CHECK(std::fabs(linear[k] - (static_cast<double>(k) - 1 + w)) < 1e-5);
  }
  CHECK(fused(here, "linear", "--rate 10") == linear);
}

TEST_CASE("rates: fractions, and what is none") {
  const temporary_directory here;
  write_samples(here / "in.npz", integers{0, 10 * second});
  const auto targets = [&](const std::string& rate) {
    check_success(fuse(here, "linear", "--rate " + rate));
    const integers fused_times = integers_in(here / "out.npz");
    check_success(run_tool(here, "resample in.npz -o out.npz --rate " + rate));
    CHECK(integers_in(here / "out.npz") == fused_times);
    return fused_times;
  };
  CHECK(targets("1/4") == integers{0, 4 * second, 8 * second});
  CHECK(targets("0.25") == integers{0, 4 * second, 8 * second});
  CHECK(targets("6/8").back() == 9333333333);
  CHECK(targets("29.97")[100] == 3336670003);
  CHECK(targets("30000/1001")[299] == 9976633333);
  CHECK(targets("29.97002997002997")[299] == 9976633333);
  CHECK(targets("0.3333333333333333").back() == 9 * second);
  for (const char* rate : {"30/0", "0/1", "-30", "1/2/3", "30 Hz", "/", "1e16", "1e-10", "nan"}) {
    check_failure(fuse(here, "linear", "--rate '" + std::string(rate) + "'"), 1,
                  {"--rate", "30000/1001"});
  }
  // A rate of many digits is taken for a simpler one where that moves nothing much.
  write_samples(here / "in.npz", integers{0, 1200 * second});
  const outcome noted = fuse(here, "linear", "--rate 1.6666667");
  check_success(noted);
  CHECK(contains(noted.err, "16666667/10000000"));
  CHECK(contains(noted.err, "5/3 is taken"));
  CHECK(integers_in(here / "out.npz").back() == 1200 * second);
  write_samples(here / "in.npz", integers{0, 40000 * second});
  check_failure(fuse(here, "linear", "--rate 1.666667"), 1, {"1666667/1000000", "as 5/3"});
}
