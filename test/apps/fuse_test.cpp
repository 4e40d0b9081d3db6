#include <cstring>
#include <robocache/core/executor.hpp>

#include "recordings.hpp"

namespace {

using namespace test;
constexpr std::int64_t epoch = 1700000000000000001;
constexpr std::int64_t ms = 1000000;

/// Column n of a [T, N] array.
std::vector<std::int64_t> column(const array& values, std::int64_t n) {
  std::vector<std::int64_t> result;
  for (std::int64_t k = 0; k < values.shape[0]; ++k) {
    result.push_back(values.as<std::int64_t>()[k * values.shape[1] + n]);
  }
  return result;
}

}  // namespace

TEST_CASE("fuse: two rates on one clock, by hand") {
  const temporary_directory here;
  write_two_sensors(here);
  const outcome result = test::run_tool(
      here,
      "fuse --stream joints.npz:qpos@linear --stream force.npz:wrench@mean --rate 2 -o out.npz "
      "--plot out.svg");
  check_success(result);
  for (const char* part : {"qpos", "0..1", "1 Hz", "wrench", "mean", "4 Hz", "100.0 %", "(5, 3)"}) {
    INFO(part << " in\n" << result.out);
    CHECK(contains(result.out, part));
  }
  const array_file out(here / "out.npz");
  CHECK(out.names() == std::vector<std::string>{"values", "times", "valid", "age", "error"});
  const array values = out.read("values"), valid = out.read("valid");
  CHECK(values.type == (fuses_double ? element::f64 : element::f32));
  CHECK(values.shape == shape_type{5, 3});
  check_numbers(values, {0, 0, 0, 1, 5, 1.5, 2, 10, 3.5, 3, 15, 5.5, 4, 20, 7.5});
  CHECK(out.read("times").type == element::f64);
  check_numbers(out.read("times"), {0, 0.5, 1, 1.5, 2});
  CHECK(valid.type == element::boolean);
  CHECK(valid.shape == shape_type{5, 2});
  check_numbers(valid, numbers(10, 1));
  check_numbers(out.read("age"), {0, 0, 0.5, 0, 0, 0, 0.5, 0, 0, 0});
  check_numbers(out.read("error"), {0, 0, 0.5, 0, 0, 0, 0.5, 0, 0, 0});

  const std::string svg = test::read_bytes(here / "out.svg");
  CHECK(contains(svg, "qpos[0] (linear)"));
  CHECK(contains(svg, "wrench (mean)"));
  CHECK(contains(svg, "class=\"stamps\""));
  CHECK_FALSE(contains(svg, "class=\"gap\""));
  CHECK(here.files().size() == 4);  // no temporary file is left
}

TEST_CASE("fuse: reductions, by hand") {
  const temporary_directory here;
  write_two_sensors(here);
  const auto fuse = [&](const std::string& kind) {
    check_success(test::run_tool(
        here, "fuse --stream force.npz:wrench@" + kind + " --rate 1 -o out.npz --plot out.svg"));
    return array_file(here / "out.npz");
  };
  check_numbers(fuse("min").read("values"), {0, 1, 5});
  check_numbers(fuse("max").read("values"), {0, 4, 8});
  check_numbers(fuse("max,window=0.25").read("values"), {0, 4, 8});
  check_numbers(fuse("min,window=0.25").read("values"), {0, 4, 8});
  check_numbers(fuse("mean,window=inf").read("values"), {0, 2, 4});
  check_success(test::run_tool(here,
                               "fuse --stream force.npz:wrench@mean,window=0.01,fill=-3 "
                               "--rate 3 -o gaps.npz --plot gaps.svg"));
  const array_file gaps(here / "gaps.npz");
  check_numbers(gaps.read("values"), {0, -3, -3, 4, -3, -3, 8});
  check_numbers(gaps.read("valid"), {1, 0, 0, 1, 0, 0, 1});
  CHECK(contains(test::read_bytes(here / "gaps.svg"), "class=\"gap\""));
  const array_file kept = fuse("last3,fill=-1");
  check_numbers(kept.read("values"), {-1, -1, 0, 2, 3, 4, 6, 7, 8});
  check_numbers(kept.read("valid"), {0, 1, 1});
  CHECK(contains(test::read_bytes(here / "out.svg"), "wrench, 2 back (last3"));
}

TEST_CASE("fuse: int64 nanoseconds and clock offsets are exact") {
  const temporary_directory here;
  const std::int64_t ahead = 12 * ms;
  const auto stamps = [](std::int64_t first, std::int64_t step) {
    return member<std::int64_t>("<i8", "(3,)", {first, first + step, first + 2 * step});
  };
  const auto v = member<float>("<f4", "(3,)", {1, 2, 3});
  test::write_bytes(here / "in.npz", test::zip({{"a.npy", v},
                                                {"b.npy", v},
                                                {"c.npy", v},
                                                {"times.npy", stamps(epoch, 100 * ms)},
                                                {"b_times.npy", stamps(epoch + ahead, 100 * ms)},
                                                {"drifting.npy", stamps(epoch, 100100000)}}));
  const auto fuse = [&](const std::string& streams) {
    check_success(test::run_tool(here, "fuse " + streams + " --rate 10 -o out.npz"));
    return array_file(here / "out.npz");
  };
  const auto exact = fuse("--stream in.npz:a@previous --stream in.npz:b@previous,offset=0.012");
  REQUIRE(exact.read("times").type == element::i64);
  REQUIRE(exact.read("times").shape == shape_type{3});
  for (std::int64_t k = 0; k < 3; ++k) {
    CHECK(exact.read("times").as<std::int64_t>()[k] == epoch + k * 100 * ms);
  }
  check_numbers(exact.read("values"), {1, 1, 2, 2, 3, 3});
  CHECK(column(exact.read("error"), 1) == std::vector<std::int64_t>{0, 0, 0});

  // One nanosecond too much: the overlap ends a nanosecond early, before the last target.
  const auto late =
      fuse("--snap 0 --stream in.npz:a@next --stream in.npz:b@previous,offset=0.012000001");
  CHECK(column(late.read("error"), 1) == std::vector<std::int64_t>{1, 1});
  CHECK(column(late.read("age"), 1) == std::vector<std::int64_t>{1, 1});
  CHECK(column(late.read("error"), 0) == std::vector<std::int64_t>{0, 0});
  check_numbers(late.read("values"), {1, 1, 2, 2});
  // As it is by default, that is rounding.
  const auto near = fuse("--stream in.npz:a@next --stream in.npz:b@previous,offset=0.012000001");
  CHECK(column(near.read("error"), 1) == std::vector<std::int64_t>{0, 0, 0});
  check_numbers(near.read("values"), {1, 1, 2, 2, 3, 3});

  // A clock that gains a millisecond in a second reads 100.1 ms after 100 ms.
  const auto drifting =
      fuse("--stream in.npz:a@previous --stream in.npz:c,drifting@previous,drift=0.001");
  CHECK(column(drifting.read("error"), 1) == std::vector<std::int64_t>{0, 0, 0});
  check_numbers(drifting.read("values"), {1, 1, 2, 2, 3, 3});
}

TEST_CASE("fuse: overlap, union and ends") {
  const temporary_directory here;
  test::write_bytes(here / "in.npz",
                    test::zip({{"a.npy", member<double>("<f8", "(2,)", {5, 6})},
                               {"a_times.npy", member<double>("<f8", "(2,)", {0, 1})},
                               {"b.npy", member<double>("<f8", "(3,)", {7, 8, 9})},
                               {"b_times.npy", member<float>("<f4", "(3,)", {1, 2, 3})},
                               {"late.npy", member<double>("<f8", "(1,)", {1})},
                               {"late_times.npy", member<double>("<f8", "(1,)", {9})}}));
  const auto fuse = [&](const std::string& options) {
    check_success(test::run_tool(here, "fuse " + options + " --rate 1 -o out.npz"));
    return array_file(here / "out.npz");
  };
  const auto overlap = fuse("--stream in.npz:a@linear --stream in.npz:b@linear");
  check_numbers(overlap.read("times"), {1});
  check_numbers(overlap.read("values"), {6, 7});

  const auto all = fuse(
      "--stream in.npz:a@linear,after=fill,fill=-1 --stream in.npz:b@linear,tolerance=0.5 --span "
      "union");
  check_numbers(all.read("times"), {0, 1, 2, 3});
  check_numbers(all.read("values"), {5, NAN, 6, 7, -1, 8, -1, 9});
  check_numbers(all.read("valid"), {1, 0, 1, 1, 0, 1, 0, 1});
  const auto held =
      fuse("--stream in.npz:a@linear,after=extrapolate --stream in.npz:b@linear --span union");
  check_numbers(held.read("values"), {5, 7, 6, 7, 7, 8, 8, 9});
  check_numbers(held.read("valid"), numbers(8, 1));

  check_failure(test::run_tool(here,
                               "fuse --stream in.npz:a@linear --stream in.npz:late@linear "
                               "--rate 1 -o no.npz"),
                2, {"'late_times' begins at 9, after", "'a_times' ends at 1", "--span union"});
  check_numbers(
      fuse("--stream in.npz:a@previous --stream in.npz:late@next --span union").read("times"),
      {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("fuse: targets from a file, in their order") {
  const temporary_directory here;
  write_two_sensors(here);
  test::write_bytes(here / "at.npz",
                    test::zip({{"t.npy", member<double>("<f8", "(3,)", {2, 0.25, 5})}}));
  check_success(test::run_tool(here,
                               "fuse --stream joints.npz:qpos@linear,after=fill --stream "
                               "force.npz:wrench@mean,window=0.5 --targets at.npz:t -o out.npz "
                               "--plot out.svg"));
  const array_file out(here / "out.npz");
  check_numbers(out.read("values"), {4, 20, 7.5, 0.5, 2.5, 0.5, NAN, NAN, NAN});
  check_numbers(out.read("valid"), {1, 1, 1, 1, 0, 0});
  check_numbers(out.read("times"), {2, 0.25, 5});
}

TEST_CASE("fuse: the bits of resample, stream by stream") {
  const temporary_directory here;
  unsigned state = 11;
  const auto random = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8) * 0x1p-24;
  };
  const auto write = [&](const std::string& name, int samples, int channels, double step) {
    std::vector<float> values;
    std::vector<std::int64_t> times;
    std::int64_t now = epoch;
    for (int i = 0; i < samples; ++i) {
      times.push_back(now);
      // Some stamps repeat, and some gaps are long.
      const double wait = random() < 0.1 ? 0 : random() < 0.1 ? 6 : 2 * random();
      now += static_cast<std::int64_t>(wait * step * 1e9);
      for (int c = 0; c < channels; ++c) {
        values.push_back(random() < 0.02 ? NAN : static_cast<float>(random() + 0.5));
      }
    }
    const std::string count = std::to_string(samples);
    test::write_bytes(
        here / name,
        test::zip({{"values.npy",
                    member("<f4", "(" + count + ", " + std::to_string(channels) + ")", values)},
                   {"times.npy", member("<i8", "(" + count + ",)", times)}}));
    return times;
  };
  std::vector<std::int64_t> targets = write("a.npz", 300, 6, 0.01);
  write("b.npz", 900, 3, 0.003);
  write("c.npz", 80, 5, 0.04);
  for (std::int64_t& t : targets) t += 1234567;
  const auto member_of_targets = member("<i8", "(300,)", targets);

  struct case_of {
    const char *file, *kind, *settings, *options;
    std::int64_t channels;
  };
  const case_of cases[] = {
      {"a.npz", "linear:1,slerp-xyzw:4,previous:1", "max-gap=0.03", "--max-gap 0.03", 6},
      {"b.npz", "cubic", "nan=skip,before=extrapolate,after=extrapolate",
       "--nan skip --before extrapolate --after extrapolate", 3},
      {"c.npz", "nearest", "tolerance=0.05,after=fill,fill=7",
       "--tolerance 0.05 --after fill --fill 7", 5}};
  std::string command = "fuse --targets a2.npz:at -o fused.npz";
  test::write_bytes(here / "a2.npz", test::zip({{"at.npy", member_of_targets}}));
  for (const case_of& c : cases) {
    command += std::string(" --stream ") + c.file + ":values@" + c.kind + "," + c.settings;
  }
  check_success(test::run_tool(here, command));
  const array fused = array_file(here / "fused.npz").read("values");
  const array fused_valid = array_file(here / "fused.npz").read("valid");
  REQUIRE(fused.shape == shape_type{300, 14});

  std::int64_t first = 0, n = 0, invalid = 0;
  for (const case_of& c : cases) {
    INFO(c.file);
    // `resample` takes its targets from the file of the samples.
    const array_file in(here / c.file);
    const array values = in.read("values"), times = in.read("times");
    robocache::cli::array at = times;
    at.shape = {300};
    at.bytes.resize(300 * sizeof(std::int64_t));
    std::memcpy(at.bytes.data(), targets.data(), at.bytes.size());
    robocache::cli::write_npz(here / "one.npz",
                              {{"values", &values}, {"times", &times}, {"at", &at}});
    check_success(test::run_tool(
        here,
        std::string("resample one.npz --targets at -o o.npz --kind ") + c.kind + " " + c.options));
    const array one = array_file(here / "o.npz").read("values");
    const array one_valid = array_file(here / "o.npz").read("valid");
    std::int64_t different = 0;
    for (std::int64_t k = 0; k < 300; ++k) {
      const bool same =
          std::memcmp(fused.as<float>() + k * 14 + first, one.as<float>() + k * c.channels,
                      static_cast<std::size_t>(c.channels) * sizeof(float)) == 0;
      different += same && number_at(one_valid, k) == number_at(fused_valid, k * 3 + n) ? 0 : 1;
      invalid += number_at(one_valid, k) == 0 ? 1 : 0;
    }
    CHECK(different == 0);
    first += c.channels;
    ++n;
  }
  CHECK(invalid > 20);  // the masks are worth comparing
}

TEST_CASE("fuse: any number of threads gives the same files") {
  const temporary_directory here;
  const auto write = [&](const std::string& name, int samples, std::int64_t step) {
    std::vector<float> values;
    std::vector<std::int64_t> times;
    for (int i = 0; i < samples; ++i) {
      times.push_back(epoch + i * step + (i * 7919 % 13) * step / 20);
      for (int c = 0; c < 8; ++c) {
        values.push_back(2.0F + static_cast<float>(std::sin(i * 0.01 * (c + 1))));
      }
    }
    const std::string count = std::to_string(samples);
    test::write_bytes(here / name,
                      test::zip({{"values.npy", member("<f4", "(" + count + ", 8)", values)},
                                 {"times.npy", member("<i8", "(" + count + ",)", times)}}));
  };
  write("fast.npz", 40000, ms);
  write("slow.npz", 1200, 33 * ms);
  const std::string command =
      "fuse --stream fast.npz:values@mean --stream fast.npz:values@last2 --stream "
      "slow.npz:values@linear:3,slerp-xyzw:4,previous:1,tolerance=0.04 --rate 333 --backend cpu";
  check_success(test::run_tool(here, command + " --threads 1 -o one.npz --plot one.svg"));
  check_success(test::run_tool(here, command + " --threads 2 -o two.npz --plot two.svg"));
  check_success(test::run_tool(here, command + " --threads 7 -o seven.npz"));
  CHECK(test::read_bytes(here / "one.npz") == test::read_bytes(here / "two.npz"));
  CHECK(test::read_bytes(here / "one.npz") == test::read_bytes(here / "seven.npz"));
  CHECK(test::read_bytes(here / "one.svg") == test::read_bytes(here / "two.svg"));
  check_success(test::run_tool(
      here, command + " --threads 2 -o two.npz --plot two.svg --plot-channels 0-31"));
  CHECK(test::read_bytes(here / "two.svg").size() < 500000);
}

TEST_CASE("fuse: a real recording") {
  const char* variable = std::getenv("ROBOCACHE_TEST_DATA");
  const std::string data = variable != nullptr ? variable : ROBOCACHE_SOURCE_DIR "/../shared/data";
  const std::string path = data + "/aloha_lift_pot.npz";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: " << path << " is not there");
    return;
  }
  const temporary_directory here;
  const std::string spec = " --stream '" + path + ":ctrl@";
  check_success(test::run_tool(
      here, "fuse --rate 50 -o o.npz --plot o.svg" + spec + "linear'" + spec + "mean'"));
  const array out = array_file(here / "o.npz").read("values");
  REQUIRE(out.shape == shape_type{101, 28});
  CHECK(test::read_bytes(here / "o.svg").size() < 500000);
  const array_file file(path);
  const array ctrl = file.read("ctrl"), stamps = file.read("times");
  double worst = 0;
  for (std::int64_t k = 1; k < 101; ++k) {
    const double x = static_cast<double>(k) / 50;
    for (std::int64_t c = 0; c < 14; ++c) {
      double sum = 0, count = 0;
      for (std::int64_t i = 0; i < 1001; ++i) {
        const double t = stamps.as<double>()[i];
        // Stamps are a grid's but for their rounding.
        if (t > x - 0.02 + 1e-6 && t <= x + 1e-6) {
          const double value = number_at(ctrl, 14 * i + c);
          sum += fuses_double ? value : static_cast<double>(static_cast<float>(value));
          ++count;
        }
      }
      CHECK(count == 10);
      worst = std::max(worst, std::fabs(number_at(out, 28 * k + 14 + c) - sum / count));
    }
  }
  CHECK(worst < 1e-7);
}
