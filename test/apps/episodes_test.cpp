// Episodes of different lengths, one behind the other.
#include "recordings.hpp"

namespace {

using namespace test;

outcome resample(const temporary_directory& here, const std::string& options) {
  return run_tool(here, "resample in.npz -o out.npz " + options);
}

/// Three episodes of 3, 1 and 2 samples, whose stamps begin anew.
void write_episodes(const temporary_directory& here, const integers& ends = {3, 4, 6}) {
  const std::vector<float> values{0, 10, 20, 5, 7, 8}, force{0, 1, 2, 3, 4, 5};
  const numbers times{0, 1, 2, 0, 10, 11};
  const std::vector<std::uint8_t> images{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  write_bytes(here / "in.npz",
              test::zip({{"values.npy", member("<f4", "(6, 1)", values)},
                         {"times.npy", stamps_member(times)},
                         {"images.npy", member("|u1", "(6, 1, 2)", images)},
                         {"force.npy", member("<f4", "(6,)", force)},
                         {"episode_ends.npy", member("<i8", shape_of(ends.size()), ends)}}));
}

}  // namespace

TEST_CASE("episodes: each is resampled on a clock of its own") {
  const temporary_directory here;
  write_episodes(here);
  const outcome result = resample(here, "--rate 2 --episodes episode_ends --plot p.svg");
  check_success(result);
  CHECK(result.err.empty());
  for (const char* part : {"3 episodes", "6 samples to 9 targets", "(6, 1)"}) {
    CHECK(contains(result.out, part));
  }
  const array_file out(here / "out.npz");
  CHECK(out.names() == std::vector<std::string>{"values", "times", "valid", "episode_ends"});
  CHECK(out.read("values").shape == shape_type{9, 1});
  check_numbers(numbers_in(here / "out.npz"), {0, 5, 10, 15, 20, 5, 7, 7.5, 8});
  check_numbers(numbers_in(here / "out.npz", "times"), {0, 0.5, 1, 1.5, 2, 0, 10, 10.5, 11});
  check_numbers(numbers_in(here / "out.npz", "valid"), numbers(9, 1));
  CHECK(integers_in(here / "out.npz", "episode_ends") == integers{5, 6, 9});

  check_success(resample(here, "--values images --rate 2 --episodes episode_ends --kind previous"));
  CHECK(array_file(here / "out.npz").read("images").shape == shape_type{9, 1, 2});
  check_numbers(numbers_in(here / "out.npz", "images"),
                {1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 7, 8, 9, 10, 9, 10, 11, 12});
  // Without stamps each begins at 0.
  check_success(resample(here, "--values force --source-rate 2 --rate 2 --episodes episode_ends"));
  check_numbers(numbers_in(here / "out.npz", "times"), {0, 0.5, 1, 0, 0, 0.5});
  check_numbers(numbers_in(here / "out.npz", "force"), {0, 1, 2, 3, 4, 5});
  // As one recording its stamps step back.
  check_failure(resample(here, "--rate 2"), 2, {"ascending", "0 after 2 at index 3"});
}

TEST_CASE("episodes: one without samples is one without targets") {
  const temporary_directory here;
  write_episodes(here, {0, 3, 3, 4, 6});
  check_success(resample(here, "--rate 2 --episodes episode_ends"));
  check_numbers(numbers_in(here / "out.npz"), {0, 5, 10, 15, 20, 5, 7, 7.5, 8});
  CHECK(integers_in(here / "out.npz", "episode_ends") == integers{0, 5, 5, 6, 9});
}

TEST_CASE("episodes: unsorted stamps are put in order within each") {
  const temporary_directory here;
  write_bytes(here / "in.npz",
              test::zip({{"values.npy", member<float>("<f4", "(5,)", {0, 2, 1, 7, 8})},
                         {"times.npy", stamps_member(integers{0, 2, 1, 0, 1})},
                         {"ends.npy", member<std::uint8_t>("|u1", "(2,)", {3, 5})}}));
  const std::string options = "--rate 1 --time-unit s --episodes ends --unsorted ";
  check_failure(resample(here, options + "error"), 2, {"'times', episode 0", "1 after 2"});
  const outcome sorted = resample(here, options + "sort");
  check_success(sorted);
  CHECK(contains(sorted.err, "'times', episode 0: sorted samples"));
  check_numbers(numbers_in(here / "out.npz"), {0, 1, 2, 7, 8});
  check_success(resample(here, options + "drop --kind previous"));
  check_numbers(numbers_in(here / "out.npz"), {0, 0, 2, 7, 8});
  CHECK(integers_in(here / "out.npz", "ends") == integers{3, 5});
}

TEST_CASE("episodes: all streams of a fuse have them") {
  const temporary_directory here;
  write_episodes(here);
  write_bytes(here / "two.npz",
              test::zip({{"x.npy", member<float>("<f4", "(8,)", {0, 1, 2, 3, 4, 9, 5, 6})},
                         {"times.npy", stamps_member(numbers{0, 0.5, 1, 1.5, 2, 0, 10, 11})},
                         {"episode_ends.npy", stamps_member(integers{5, 6, 8})},
                         {"short.npy", stamps_member(integers{5, 8})}}));
  const std::string fuse = "fuse --stream in.npz:values@linear --stream two.npz:x@max -o out.npz ";
  const outcome result = run_tool(here, fuse + "--rate 1 --episodes episode_ends --plot p.svg");
  check_success(result);
  CHECK(result.err.empty());
  for (const char* part : {"6 targets at 1 Hz, of 3 episodes", "100.0 %"}) {
    CHECK(contains(result.out, part));
  }
  check_numbers(numbers_in(here / "out.npz"), {0, 0, 10, 2, 20, 4, 5, 9, 7, 5, 8, 6});
  check_numbers(numbers_in(here / "out.npz", "times"), {0, 1, 2, 0, 10, 11});
  CHECK(array_file(here / "out.npz").read("valid").shape == shape_type{6, 2});
  CHECK(array_file(here / "out.npz").read("age").shape == shape_type{6, 2});
  CHECK(integers_in(here / "out.npz", "episode_ends") == integers{3, 4, 6});
  write_bytes(here / "one.npz", test::zip({{"x.npy", member<float>("<f4", "(1,)", {0})},
                                           {"times.npy", stamps_member(numbers{0})},
                                           {"episode_ends.npy", stamps_member(integers{1})}}));
  check_failure(run_tool(here, fuse + "--rate 1 --episodes episode_ends --stream one.npz:x@next"),
                2, {"one.npz", "expected 3 episodes as in in.npz, got 1"});
  check_failure(run_tool(here,
                         "fuse --stream two.npz:x@max --stream in.npz:values@max -o o.npz "
                         "--rate 1 --episodes short"),
                2, {"in.npz", "'short'"});
}

TEST_CASE("episodes: ends that are none are refused") {
  const temporary_directory here;
  const auto fails = [&](const integers& ends, const std::vector<std::string>& parts) {
    write_episodes(here, ends);
    check_failure(resample(here, "--rate 2 --episodes episode_ends"), 2, parts);
  };
  fails({3, 4}, {"'episode_ends'", "6 samples", "got 4"});
  fails({3, 7}, {"ascending ends up to 6", "got 7 at index 1"});
  fails({3, 2, 6}, {"ascending", "got 2 at index 1"});
  fails({-1, 6}, {"ascending", "got -1 at index 0"});
  fails({}, {"no episode"});
  write_episodes(here);
  check_failure(resample(here, "--rate 2 --episodes times"), 1, {"--episodes", "another"});
  check_failure(resample(here, "--rate 2 --episodes force"), 2, {"'force'", "float32"});
  check_failure(resample(here, "--targets times --episodes episode_ends"), 1, {"--rate"});
  const std::string fuse = "fuse --stream in.npz:values@linear -o out.npz --episodes ";
  check_failure(run_tool(here, fuse + "valid --rate 1"), 1, {"--episodes"});
  check_failure(run_tool(here, fuse + "episode_ends --targets in.npz:times"), 1, {"--episodes"});
  check_failure(run_tool(here,
                         "fuse --stream in.npz:values@linear --stream in.npz:force@linear "
                         "-o out.npz --rate 1 --episodes nothing"),
                2, {"'nothing'"});
}
