// Recordings as robots have them: without stamps, with one stamp more, with names of any
// characters, nanoseconds beside seconds.
#include "recordings.hpp"

namespace {

using namespace test;

constexpr std::int64_t ms = 1000000, epoch = 1700000000123000000;

outcome resample(const temporary_directory& here, const std::string& options) {
  return run_tool(here, "resample in.npz -o out.npz " + options);
}

outcome fuse(const temporary_directory& here, const std::string& options) {
  return run_tool(here, "fuse -o out.npz " + options);
}

void check_quiet(const outcome& result) {
  check_success(result);
  CHECK(result.err.empty());
}

std::string floats(const std::vector<float>& values) {
  return member("<f4", shape_of(values.size()), values);
}

}  // namespace

TEST_CASE("recordings: without stamps, by --source-rate") {
  const temporary_directory here;
  write_bytes(here / "in.npz",
              test::zip({{"values.npy", floats(counted(7))},
                         {"batch.npy", member<float>("<f4", "(2, 3, 1)", {0, 1, 2, 5, 6, 7})}}));
  check_quiet(resample(here, "--source-rate 30 --rate 10"));
  check_numbers(numbers_in(here / "out.npz"), {0, 3, 6});
  check_numbers(numbers_in(here / "out.npz", "times"), {0, 0.1, 0.2});
  check_quiet(resample(here, "--source-rate 30000/1001 --rate 30000/1001 --kind previous"));
  check_numbers(numbers_in(here / "out.npz"), {0, 1, 2, 3, 4, 5, 6});
  check_quiet(resample(here, "--values batch --source-rate 2 --rate 4"));
  check_numbers(numbers_in(here / "out.npz", "batch"), {0, 0.5, 1, 1.5, 2, 5, 5.5, 6, 6.5, 7});
  check_failure(resample(here, "--rate 10"), 2, {"'times'"});
  check_failure(resample(here, "--source-rate 30 --times t --rate 10"), 1, {"--source-rate"});
  check_failure(resample(here, "--source-rate 0 --rate 10"), 1, {"--source-rate"});
}

TEST_CASE("recordings: streams without stamps, by rate= and --source-rate") {
  const temporary_directory here;
  write_bytes(here / "a.npz", test::zip({{"a.npy", floats(counted(5))}}));
  write_bytes(here / "b.npz", test::zip({{"b.npy", floats(counted(9))},
                                         {"c.npy", floats({7, 8})},
                                         {"c_times.npy", stamps_member(integers{0, 2000 * ms})}}));
  for (const char* options :
       {"--stream a.npz:a@linear,rate=2 --stream b.npz:b@previous,rate=4",
        "--stream a.npz:a@linear --stream b.npz:b@previous,rate=4 --source-rate 2"}) {
    check_quiet(fuse(here, std::string(options) + " --rate 4 --time-unit ms"));
    check_numbers(numbers_in(here / "out.npz", "times"),
                  {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2});
    check_numbers(numbers_in(here / "out.npz"),
                  {0, 0, 0.5, 1, 1, 2, 1.5, 3, 2, 4, 2.5, 5, 3, 6, 3.5, 7, 4, 8});
  }
  // Stamps of the file come before --source-rate.
  check_quiet(fuse(here, "--stream b.npz:c@next --stream a.npz:a@next --source-rate 2 --rate 1"));
  CHECK(integers_in(here / "out.npz") == integers{0, 1000 * ms, 2000 * ms});
  check_numbers(numbers_in(here / "out.npz"), {7, 0, 8, 2, 8, 4});
  check_failure(fuse(here, "--stream a.npz:a@linear --rate 1"), 2, {"'times'"});
  check_failure(fuse(here, "--stream a.npz:a@linear,rate=fast --rate 1"), 1, {"rate: expected"});
  check_failure(fuse(here, "--stream b.npz:c,c_times@linear,rate=3 --rate 1"), 1, {"got both"});
  check_failure(fuse(here, "--stream a.npz:a@linear,rate=3,unit=ms --rate 1"), 1, {"unit", "rate"});
}

TEST_CASE("recordings: actions between states leave one stamp over") {
  const temporary_directory here;
  const auto stamps = stamps_member(numbers{0, 1, 2, 3});
  write_bytes(
      here / "in.npz",
      test::zip({{"values.npy", floats({5, 6, 7})},
                 {"states.npy", floats({0, 1, 2, 3})},
                 {"times.npy", stamps},
                 {"batch.npy", member<float>("<f4", "(2, 3, 1)", {1, 2, 3, 4, 5, 6})},
                 {"batch_times.npy", member<double>("<f8", "(2, 4)", {0, 1, 2, 3, 7, 8, 9, 10})},
                 {"wrong.npy", floats({1, 2})}}));
  const outcome said = resample(here, "--rate 1 --kind previous");
  check_success(said);
  CHECK(contains(said.err, "note: in.npz: array 'values': 3 samples for 4 stamps; the last stamp"));
  CHECK(std::count(said.err.begin(), said.err.end(), '\n') == 1);
  check_numbers(numbers_in(here / "out.npz", "times"), {0, 1, 2});
  check_numbers(numbers_in(here / "out.npz"), {5, 6, 7});
  check_success(resample(here, "--rate 1 --kind previous --spare-stamp first"));
  check_numbers(numbers_in(here / "out.npz", "times"), {1, 2, 3});
  check_numbers(numbers_in(here / "out.npz"), {5, 6, 7});
  check_failure(resample(here, "--rate 1 --spare-stamp error"), 2, {"'times'", "(3,)", "(4,)"});
  check_failure(resample(here, "--rate 1 --values wrong"), 2, {"'times'", "(2,)", "(4,)"});

  check_success(resample(here, "--rate 1 --values batch --times batch_times"));
  check_numbers(numbers_in(here / "out.npz", "batch_times"), {0, 1, 2, 7, 8, 9});
  check_numbers(numbers_in(here / "out.npz", "batch"), {1, 2, 3, 4, 5, 6});

  check_success(fuse(here,
                     "--stream in.npz:states@previous --stream in.npz:values@previous "
                     "--span union --rate 1"));
  check_numbers(numbers_in(here / "out.npz"), {0, 5, 1, 6, 2, 7, 3, 7});
}

TEST_CASE("recordings: a backslash takes the meaning from : , @ and itself in names of arrays") {
  const temporary_directory here;
  const auto values = floats({1, 2});
  const auto stamps = stamps_member(numbers{0, 1});
  write_bytes(here / "x:y.npz", test::zip({{"arm:pos,ition@left.npy", values},
                                           {"t:0.npy", stamps},
                                           {"back\\slash.npy", values},
                                           {"tail\\.npy", values},
                                           {"times.npy", stamps}}));
  for (const char* stream :
       {R"(x:y.npz:arm\:pos\,ition\@left,t\:0@linear)", R"(x:y.npz:arm\:pos\,ition\@left@linear)",
        R"(x:y.npz:back\slash@linear)", R"(x:y.npz:back\\slash,times@linear)",
        R"(x:y.npz:tail\\,times@linear)"}) {
    INFO(stream);
    check_quiet(fuse(here, std::string("--rate 2 --stream '") + stream + "'"));
    check_numbers(numbers_in(here / "out.npz"), {1, 1.5, 2});
  }
  check_quiet(fuse(here, R"(--targets 'x:y.npz:t\:0' --stream 'x:y.npz:back\slash@linear')"));
  check_numbers(numbers_in(here / "out.npz"), {1, 2});
  check_failure(fuse(here, R"(--rate 2 --stream 'x.npz\:a@linear')"), 1, {"FILE:VALUES"});
}

TEST_CASE("recordings: nanoseconds beside seconds become nanoseconds") {
  const temporary_directory here;
  write_bytes(
      here / "in.npz",
      test::zip(
          {{"a.npy", floats({0, 1, 2})},
           {"b.npy", floats({0, 10, 20})},
           {"a_times.npy", stamps_member(integers{epoch, epoch + 100 * ms, epoch + 200 * ms})},
           {"b_times.npy", stamps_member(numbers{1700000000.123, 1700000000.223, 1700000000.323})},
           {"at.npy", stamps_member(numbers{1700000000.173})},
           {"huge.npy", stamps_member(numbers{1e10, 2e10, 3e10})}}));
  for (const char* order : {"--stream in.npz:a@previous --stream in.npz:b@previous",
                            "--stream in.npz:b@previous --stream in.npz:a@previous"}) {
    check_quiet(fuse(here, std::string(order) + " --rate 10 --span union"));
    const integers times = integers_in(here / "out.npz");
    REQUIRE(times.size() == 3);
    for (std::size_t k = 0; k < 3; ++k) {  // a float64 of today tells 0.24 us
      CHECK(std::llabs(times[k] - epoch - static_cast<std::int64_t>(k) * 100 * ms) <= 240);
    }
    const numbers got = numbers_in(here / "out.npz");
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(std::max(got[2 * k], got[2 * k + 1]) == 10.0 * static_cast<double>(k));
      CHECK(std::min(got[2 * k], got[2 * k + 1]) == static_cast<double>(k));
    }
  }
  check_quiet(fuse(here, "--stream in.npz:a@previous --targets in.npz:at"));
  check_numbers(numbers_in(here / "out.npz"), {0});
  CHECK(std::llabs(integers_in(here / "out.npz")[0] - epoch - 50 * ms) <= 240);
  check_quiet(resample(here, "--values a --times a_times --targets at --kind next"));
  check_numbers(numbers_in(here / "out.npz", "a"), {1});
  check_failure(fuse(here, "--stream in.npz:a@next --stream in.npz:b,huge@next --rate 1"), 2,
                {"'huge'", "10000000000", "index 0", "int64 nanoseconds"});
}

TEST_CASE("recordings: float32 targets and float64 stamps become float64") {
  const temporary_directory here;
  write_bytes(here / "in.npz", test::zip({{"values.npy", floats({0, 8})},
                                          {"times.npy", stamps_member(numbers{0, 1})},
                                          {"at.npy", floats({0.25F, 0.5F})}}));
  check_quiet(resample(here, "--targets at"));
  CHECK(array_file(here / "out.npz").read("times").type == element::f64);
  check_numbers(numbers_in(here / "out.npz"), {2, 4});
}
