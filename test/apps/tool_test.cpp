#include "recordings.hpp"

namespace {

using namespace test;

/// Many samples at uneven int64 stamps, so that several threads have work.
void write_long_recording(const std::string& path) {
  std::vector<float> values;
  std::vector<std::int64_t> times;
  unsigned state = 7;
  std::int64_t now = 1700000000000000000;
  for (int i = 0; i < 40000; ++i) {
    state = state * 1664525U + 1013904223U;
    now += 500000 + static_cast<std::int64_t>(state >> 12);
    times.push_back(now);
    for (int c = 0; c < 8; ++c) {
      values.push_back(static_cast<float>(std::sin(i * 0.01 * (c + 1))) + 2.0F);
    }
  }
  test::write_bytes(path, test::zip({{"values.npy", member("<f4", "(40000, 8)", values)},
                                     {"times.npy", member("<i8", "(40000,)", times)}}));
}

}  // namespace

TEST_CASE("tool: help and version explain themselves") {
  const temporary_directory here;
  for (const char* arguments : {"--help", "resample --help", "fuse --help", "info --help",
                                "demo --help", "devices --help"}) {
    const outcome result = test::run_tool(here, arguments);
    INFO(arguments);
    check_success(result);
    CHECK(contains(result.out, "robocache "));
    CHECK(result.err.empty());
  }
  CHECK(contains(test::run_tool(here, "--help").out, "Exit codes"));
  CHECK(contains(test::run_tool(here, "resample --help").out, "--max-gap"));
  CHECK(test::run_tool(here, "--version").out.rfind("robocache ", 0) == 0);
}

TEST_CASE("tool: linear resampling against the definition") {
  const temporary_directory here;
  write_recording(here / "in.npz");
  check_success(test::run_tool(here, "resample in.npz --rate 25 -o out.npz --plot out.svg"));
  const array_file out(here / "out.npz");
  CHECK(out.names() == std::vector<std::string>{"values", "times", "valid"});
  const array values = out.read("values"), times = out.read("times"), valid = out.read("valid");
  CHECK(values.type == element::f64);
  CHECK(values.shape == shape_type{26, 2});
  CHECK(times.shape == shape_type{26});
  CHECK(valid.type == element::boolean);
  CHECK(valid.shape == shape_type{26});
  for (std::int64_t k = 0; k < 26; ++k) {
    const double t = static_cast<double>(k) / 25;
    CHECK(times.as<double>()[k] == t);  // no error accumulates
    CHECK(number_at(valid, k) == 1);
    CHECK(std::fabs(number_at(values, 2 * k) - 3 * t) < 1e-15 * 10);
    const double i = std::min(std::floor(t * 10 + 1e-12), 9.0), w = t * 10 - i;
    const double expected = ((1 - w) * i * i + w * (i + 1) * (i + 1)) / 100;
    CHECK(std::fabs(number_at(values, 2 * k + 1) - expected) < 1e-14);
  }
  CHECK(test::read_bytes(here / "out.svg").rfind("<svg", 0) == 0);
  CHECK(here.files().size() == 3);  // no temporary file is left
}

TEST_CASE("tool: the last stamp is a target when it falls on the grid") {
  const temporary_directory here;
  write_recording(here / "in.npz");
  const auto targets = [&](const std::string& rate) {
    check_success(test::run_tool(here, "resample in.npz --rate " + rate + " -o out.npz"));
    return array_file(here / "out.npz").read("times");
  };
  CHECK(targets("10").shape == shape_type{11});
  CHECK(targets("3").shape == shape_type{4});
  CHECK(number_at(targets("3"), 3) == 1.0);
  CHECK(targets("2.5").shape == shape_type{3});
  CHECK(targets("0.5").shape == shape_type{1});
  CHECK(targets("333").shape == shape_type{334});
}

TEST_CASE("tool: int64 nanoseconds stay exact at the epoch") {
  const temporary_directory here;
  const std::int64_t first = 1700000000000000001;
  test::write_bytes(
      here / "in.npz",
      test::zip({{"v.npy", member<float>("<f4", "(3,)", {0, 1, 0})},
                 {"t.npy", member<std::int64_t>(
                               "<i8", "(3,)", {first, first + 1000000000, first + 2000000000})}}));
  check_success(test::run_tool(here, "resample in.npz --values v --times t --rate 3 -o out.npz"));
  const array times = array_file(here / "out.npz").read("t");
  REQUIRE(times.type == element::i64);
  REQUIRE(times.shape == shape_type{7});
  const std::int64_t expected[] = {0,          333333333,  666666666, 1000000000,
                                   1333333333, 1666666666, 2000000000};
  for (int k = 0; k < 7; ++k) CHECK(times.as<std::int64_t>()[k] == first + expected[k]);
  const array values = array_file(here / "out.npz").read("v");
  CHECK(values.type == element::f32);
  CHECK(values.shape == shape_type{7});
  CHECK(values.as<float>()[3] == 1.0F);
  CHECK(values.as<float>()[1] == 0.333333333F);
}

TEST_CASE("tool: channel groups, gaps and fill") {
  const temporary_directory here;
  const float s = std::sqrt(0.5F);
  // A position, a quaternion x y z w that turns a quarter about z, and a gripper; then a gap.
  test::write_bytes(here / "in.npz",
                    test::zip({{"values.npy", member<float>("<f4", "(3, 6)",
                                                            {0, 0, 0, 0, 1, 5,  //
                                                             2, 0, 0, s, s, 6,  //
                                                             4, 0, 0, s, s, 7})},
                               {"times.npy", member<double>("<f8", "(3,)", {0, 1, 4})}}));
  check_success(test::run_tool(here,
                               "resample in.npz --rate 2 --max-gap 1 --fill -9 -o out.npz "
                               "--kind linear:1,slerp-xyzw:4,previous:1"));
  const array_file out(here / "out.npz");
  const array values = out.read("values"), valid = out.read("valid");
  REQUIRE(values.shape == shape_type{9, 6});
  const auto at = [&](std::int64_t k, std::int64_t c) { return number_at(values, 6 * k + c); };
  CHECK(at(1, 0) == 1.0);
  CHECK(std::fabs(at(1, 3) - std::sin(M_PI / 8)) < 1e-7);
  CHECK(std::fabs(at(1, 4) - std::cos(M_PI / 8)) < 1e-7);
  CHECK(at(1, 5) == 5.0);
  for (std::int64_t k = 0; k < 9; ++k) {
    const bool inside = k > 2 && k < 8;
    CHECK(number_at(valid, k) == (inside ? 0 : 1));
    CHECK((at(k, 0) == -9.0) == inside);
    CHECK((at(k, 2) == -9.0) == inside);
  }
  CHECK(at(5, 5) == -9.0);  // nothing is selected inside the gap either
  CHECK(at(8, 5) == 7.0);
}

TEST_CASE("tool: targets from the file, ends and tolerance") {
  const temporary_directory here;
  test::write_bytes(here / "in.npz",
                    test::zip({{"values.npy", member<double>("<f8", "(2,)", {1, 3})},
                               {"times.npy", member<double>("<f8", "(2,)", {0, 1})},
                               {"at.npy", member<double>("<f8", "(4,)", {2, -1, 0.5, -0.25})}}));
  const auto values = [&](const std::string& options) {
    check_success(test::run_tool(here, "resample in.npz --targets at -o out.npz " + options));
    const array_file out(here / "out.npz");
    std::vector<double> result;
    for (std::int64_t k = 0; k < 4; ++k) {
      result.push_back(number_at(out.read("valid"), k) == 1 ? number_at(out.read("values"), k)
                                                            : NAN);
    }
    return result;
  };
  CHECK(values("") == std::vector<double>{3, 1, 2, 1});
  CHECK(values("--before extrapolate --after extrapolate") == std::vector<double>{5, -1, 2, 0.5});
  const auto filled = values("--before fill");
  CHECK(filled[0] == 3);
  CHECK(std::isnan(filled[1]));
  const auto near = values("--tolerance 0.5");
  CHECK(std::isnan(near[0]));
  CHECK(std::isnan(near[1]));
  CHECK(near[3] == 1);
}

TEST_CASE("tool: batches with one clock each") {
  const temporary_directory here;
  test::write_bytes(
      here / "in.npz",
      test::zip({{"values.npy", member<float>("<f4", "(2, 3, 1)", {0, 1, 2, 0, 10, 20})},
                 {"times.npy", member<float>("<f4", "(2, 3)", {0, 1, 2, 5, 5.5, 6})}}));
  check_success(test::run_tool(here, "resample in.npz --rate 2 -o out.npz --plot p.svg"));
  const array_file out(here / "out.npz");
  const array values = out.read("values"), times = out.read("times"), valid = out.read("valid");
  CHECK(values.shape == shape_type{2, 5, 1});
  CHECK(times.shape == shape_type{2, 5});
  CHECK(valid.shape == shape_type{2, 5});
  const double expected[] = {0, 0.5, 1, 1.5, 2, 0, 10, 20};
  const double stamps[] = {0, 0.5, 1, 1.5, 2, 5, 5.5, 6, 6, 6};
  for (std::int64_t k = 0; k < 10; ++k) {
    CHECK(number_at(valid, k) == (k < 8 ? 1 : 0));
    CHECK(number_at(times, k) == stamps[k]);
    if (k < 8) CHECK(number_at(values, k) == expected[k]);
    if (k >= 8) CHECK(std::isnan(number_at(values, k)));
  }
}

TEST_CASE("tool: types follow the input unless --element says otherwise") {
  const temporary_directory here;
  write_recording(here / "in.npz");
  for (const char* type : {"float64", "float32", "float16"}) {
    const std::string name = type;
    check_success(test::run_tool(here, "resample in.npz --rate 20 -o o.npz --element " + name));
    const array values = array_file(here / "o.npz").read("values");
    CHECK(robocache::cli::numpy_name(values.type) == name);
    CHECK(std::fabs(number_at(values, 2) - 0.15) < 1e-4);
  }
}

TEST_CASE("tool: any number of threads gives the same file") {
  const temporary_directory here;
  write_long_recording(here / "in.npz");
  for (const char* kind : {"linear", "pchip", "slerp-wxyz", "previous:4,cubic:4"}) {
    const std::string options =
        "resample in.npz --rate 700 --backend cpu --kind " + std::string(kind);
    check_success(test::run_tool(here, options + " --threads 1 -o one.npz --plot one.svg"));
    check_success(test::run_tool(here, options + " --threads 2 -o two.npz --plot two.svg"));
    check_success(test::run_tool(here, options + " --threads 7 -o seven.npz"));
    INFO(kind);
    CHECK(test::read_bytes(here / "one.npz") == test::read_bytes(here / "two.npz"));
    CHECK(test::read_bytes(here / "one.npz") == test::read_bytes(here / "seven.npz"));
    CHECK(test::read_bytes(here / "one.svg") == test::read_bytes(here / "two.svg"));
    CHECK(test::read_bytes(here / "one.svg").size() < 500000);
  }
}

TEST_CASE("tool: integers are converted on request") {
  const temporary_directory here;
  test::write_bytes(here / "in.npz",
                    test::zip({{"values.npy", member<std::int32_t>("<i4", "(3,)", {0, 10, 20})},
                               {"times.npy", member<double>("<f8", "(3,)", {0, 1, 2})}}));
  check_success(test::run_tool(here, "resample in.npz --rate 2 -o out.npz --element float32"));
  CHECK(number_at(array_file(here / "out.npz").read("values"), 3) == 15);
}

TEST_CASE("tool: info lists arrays and describes stamps") {
  const temporary_directory here;
  test::write_bytes(
      here / "in.npz",
      test::zip({{"pose.npy", member<float>("<f4", "(2, 2)", {1, NAN, -2.5, 4})},
                 {"big.npy", member<std::int64_t>("<i8", "(1,)", {1700000000000000001})},
                 {"timestamps.npy", member<double>("<f8", "(6,)", {0, 0.1, 0.2, 0.3, 0.9, 1.0})},
                 {"bad_time.npy", member<double>("<f8", "(3,)", {0, 2, 1})}}));
  const outcome result = test::run_tool(here, "info in.npz");
  check_success(result);
  for (const char* part : {"pose", "float32", "(2, 2)", "-2.5", "1700000000000000001", "10 Hz",
                           "1 gaps", "600 ms", "bad_time: do not ascend at index 2"}) {
    INFO(part << " in\n" << result.out);
    CHECK(contains(result.out, part));
  }
}

TEST_CASE("tool: info shows what is readable beside what is not") {
  const temporary_directory here;
  test::write_bytes(here / "in.npz",
                    test::zip({{"good.npy", member<float>("<f4", "(1,)", {1})},
                               {"bad.npy", test::npy(test::header("|O", "(1,)"), "pickle")}}));
  const outcome result = test::run_tool(here, "info in.npz");
  check_failure(result, 2, {"'bad'", "Python objects"});
  CHECK(contains(result.out, "good"));
  CHECK(contains(result.out, "unreadable"));
}

TEST_CASE("tool: the demo runs with nothing at hand, and twice the same") {
  const temporary_directory here;
  const outcome result = test::run_tool(here, "demo --backend cpu -o a");
  check_success(result);
  for (const char* part : {"arm", "force", "mean", "12..14", "█", "·", "demo.svg"}) {
    INFO(part);
    CHECK(contains(result.out, part));
  }
  check_success(test::run_tool(here, "demo --backend cpu --threads 1 -o b"));
  for (const char* name : {"demo.npz", "demo_50hz.npz", "demo.svg"}) {
    INFO(name);
    CHECK(test::read_bytes(here / "a/" + name) == test::read_bytes(here / "b/" + name));
  }
  const array valid = array_file(here / "a/demo_50hz.npz").read("valid");
  REQUIRE(valid.shape[1] == 3);
  std::int64_t invalid = 0;
  for (std::int64_t k = 0; k < valid.shape[0]; ++k) {
    CHECK(number_at(valid, 3 * k) == 1);
    invalid += number_at(valid, 3 * k + 1) == 0 ? 1 : 0;
  }
  CHECK(invalid >= 34);  // 0.7 s at 50 Hz
  CHECK(invalid <= 36);

  // The command that it prints makes the same of the recording.
  const std::size_t at = result.out.find("robocache fuse ");
  REQUIRE(at != std::string::npos);
  const std::string printed = result.out.substr(at + 10, result.out.find('\n', at) - at - 10);
  check_success(test::run_tool(here, printed));
  CHECK(test::read_bytes(here / "fused.npz") == test::read_bytes(here / "a/demo_50hz.npz"));
}

TEST_CASE("tool: a real recording") {
  const char* variable = std::getenv("ROBOCACHE_TEST_DATA");
  const std::string data = variable != nullptr ? variable : ROBOCACHE_SOURCE_DIR "/../shared/data";
  const std::string path = data + "/aloha_pick_clutter.npz";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: " << path << " is not there");
    return;
  }
  const temporary_directory here;
  const array_file file(path);
  const array ctrl = file.read("ctrl"), stamps = file.read("times");
  for (const int rate : {50, 333}) {
    check_success(test::run_tool(here, "resample '" + path + "' --values ctrl --rate " +
                                           std::to_string(rate) + " -o o.npz --plot o.svg"));
    const array out = array_file(here / "o.npz").read("ctrl");
    const array targets = array_file(here / "o.npz").read("times");
    CHECK(out.type == element::f64);
    REQUIRE(out.shape == shape_type{rate == 50 ? 276 : 1832, 14});
    CHECK(test::read_bytes(here / "o.svg").size() < 500000);
    double worst = 0;
    for (std::int64_t k = 0; k < targets.size(); ++k) {
      const double* t = stamps.as<double>();
      const auto after = std::upper_bound(t, t + stamps.size() - 1, targets.as<double>()[k]);
      const std::int64_t i = after - t - 1;
      const double w = (targets.as<double>()[k] - t[i]) / (t[i + 1] - t[i]);
      for (std::int64_t c = 0; c < 14; ++c) {
        const double a = number_at(ctrl, 14 * i + c), b = number_at(ctrl, 14 * (i + 1) + c);
        worst = std::max(worst, std::fabs(number_at(out, 14 * k + c) - (a + w * (b - a))));
      }
    }
    CHECK(worst < 1e-15);
  }
}
