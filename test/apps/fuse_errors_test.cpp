// What `fuse` refuses, and what it does not.
#include "recordings.hpp"

using namespace test;

TEST_CASE("fuse: file names may hold colons and at signs") {
  const temporary_directory here;
  write_two_sensors(here);
  std::filesystem::rename(here / "joints.npz", here / "run:3@home.npz");
  check_success(test::run_tool(
      here, "fuse --stream run:3@home.npz:qpos,times@linear:1,previous:1 --rate 1 -o out.npz"));
  check_numbers(array_file(here / "out.npz").read("values"), {0, 0, 2, 10, 4, 20});
}

TEST_CASE("fuse: the command line is checked (exit code 1)") {
  const temporary_directory here;
  write_two_sensors(here);
  const auto fails = [&](const std::string& arguments, const std::vector<std::string>& parts) {
    INFO(arguments);
    check_failure(test::run_tool(here, "fuse " + arguments), 1, parts);
  };
  const auto spec_fails = [&](const std::string& spec, const std::vector<std::string>& parts) {
    std::vector<std::string> all = parts;
    all.push_back("--stream " + spec);
    fails("--stream '" + spec + "' --rate 5 -o out.npz", all);
  };
  fails("", {"--stream"});
  fails("--rate 5 -o out.npz", {"--stream"});
  fails("--stream force.npz:wrench@mean --rate 5", {"--output"});
  fails("--stream force.npz:wrench@mean -o out.npz", {"--rate", "--targets", "neither"});
  fails("--stream force.npz:wrench@mean --rate 5 --targets a:b -o out.npz", {"both"});
  fails("--stream force.npz:wrench@mean --rate -5 -o out.npz", {"--rate"});
  fails("--stream force.npz:wrench@mean --rate 1e300 -o out.npz", {"--rate"});
  fails("--stream force.npz:wrench@mean --targets force.npz:wrench_times -o out.npz", {"window"});
  fails("--stream force.npz:wrench@next --targets wrench_times -o out.npz", {"FILE:ARRAY"});
  fails("--stream force.npz:wrench@next --targets a:b --span union -o out.npz", {"--span"});
  fails("--stream force.npz:wrench@next --rate 5 --span wide -o out.npz", {"--span"});
  fails("--stream force.npz:wrench@next --rate 5 --element bfloat16 -o out.npz", {"--element"});
  fails("--stream force.npz:wrench@next --rate 5 --backend tpu -o out.npz", {"--backend"});
  fails("--stream force.npz:wrench@last2 --rate 5 -o o.npz --plot p.svg --plot-channels 2",
        {"--plot-channels", "0 to 1"});
  spec_fails("force.npz", {"FILE:VALUES[,TIMES]@KIND"});
  spec_fails("force.npz:wrench", {"FILE:VALUES[,TIMES]@KIND"});
  spec_fails("force.npz@mean", {"FILE:VALUES[,TIMES]@KIND"});
  spec_fails(":wrench@mean", {"names"});
  spec_fails("force.npz:@mean", {"names"});
  spec_fails("force.npz:wrench,@mean", {"names"});
  spec_fails("force.npz:wrench@", {"expected one of linear", "mean, min, max"});
  spec_fails("force.npz:wrench@median", {"expected one of linear", "mean, min, max", "'median'"});
  spec_fails("force.npz:wrench@last", {"last1 to last4096"});
  spec_fails("force.npz:wrench@last0", {"last1 to last4096"});
  spec_fails("force.npz:wrench@last5000", {"last1 to last4096"});
  spec_fails("force.npz:wrench@last2x", {"last1 to last4096"});
  spec_fails("force.npz:wrench@linear:2", {"1 channels", "got 2"});
  spec_fails("force.npz:wrench@mean:1", {"'mean'"});
  spec_fails("joints.npz:qpos@slerp-xyzw", {"multiple of 4", "got 2"});
  spec_fails("force.npz:wrench@next,tolerance", {"expected KIND:CHANNELS"});
  spec_fails("force.npz:wrench@next,tolerance=1,next", {"OPTION=VALUE", "'next'"});
  spec_fails("force.npz:wrench@next,tolerance=-1", {"tolerance: expected", "'-1'"});
  spec_fails("force.npz:wrench@next,tolerance=", {"tolerance: expected"});
  spec_fails("force.npz:wrench@next,tolerance=1s", {"tolerance: expected", "'1s'"});
  spec_fails("force.npz:wrench@next,tolerance=nan", {"tolerance: expected"});
  spec_fails("force.npz:wrench@next,tolerance=1,tolerance=2", {"tolerance", "twice"});
  spec_fails("force.npz:wrench@next,offset=inf", {"offset: expected"});
  spec_fails("force.npz:wrench@next,offset=nan", {"offset: expected"});
  spec_fails("force.npz:wrench@next,drift=-1", {"drift: expected"});
  spec_fails("force.npz:wrench@mean,window=0", {"window: expected a number from 1e-09"});
  spec_fails("force.npz:wrench@next,before=wrap",
             {"before: expected one of hold, fill, extrapolate, by-kind"});
  spec_fails("force.npz:wrench@next,nan=drop", {"nan: expected one of propagate, skip"});
  spec_fails("force.npz:wrench@next,speed=3", {"speed", "expected one of the options"});
  spec_fails("force.npz:wrench@next,window=3", {"window has no meaning"});
  spec_fails("force.npz:wrench@mean,tolerance=3", {"tolerance has no meaning"});
  CHECK(here.files().size() == 2);
}

TEST_CASE("fuse: bad input is said and loses nothing (exit codes 2 and 4)") {
  const temporary_directory here;
  write_two_sensors(here);
  test::write_bytes(here / "out.npz", "precious");
  const auto times = member<double>("<f8", "(2,)", {0, 1});
  test::write_bytes(here / "odd.npz",
                    test::zip({{"integers.npy", member<std::int32_t>("<i4", "(2,)", {1, 2})},
                               {"batch.npy", member<float>("<f4", "(1, 2, 1)", {1, 2})},
                               {"long.npy", member<float>("<f4", "(3,)", {1, 2, 3})},
                               {"good.npy", member<float>("<f4", "(2,)", {1, 2})},
                               {"none.npy", member<float>("<f4", "(0,)", {})},
                               {"none_times.npy", member<double>("<f8", "(0,)", {})},
                               {"ns.npy", member<std::int64_t>("<i8", "(2,)", {0, 1000})},
                               {"back.npy", member<double>("<f8", "(2,)", {1, 0})},
                               {"table.npy", member<double>("<f8", "(2, 1)", {1, 0})},
                               {"times.npy", times}}));
  const auto fails = [&](const std::string& options, const std::vector<std::string>& parts) {
    INFO(options);
    check_failure(test::run_tool(here, "fuse -o out.npz --stream " + options), 2, parts);
    CHECK(test::read_bytes(here / "out.npz") == "precious");
  };
  fails("nowhere.npz:a@linear --rate 5", {"nowhere.npz", "No such file"});
  fails("odd.npz:bad@linear --rate 5", {"'bad'", "good"});
  fails("odd.npz:good,bad@linear --rate 5", {"'bad'", "good"});
  fails("odd.npz:batch@linear --rate 5", {"'batch'", "(T, D)", "(1, 2, 1)"});
  fails("odd.npz:long@linear --rate 5", {"'times'", "(3,)", "(2,)"});
  fails("odd.npz:good,back@linear --rate 5", {"'back'", "ascending"});
  fails("odd.npz:none@linear --rate 5", {"'none_times'", "at least one stamp"});
  fails("odd.npz:good@linear --targets odd.npz:table", {"'table'", "(T,)", "(2, 1)"});

  const std::string good = "fuse --stream odd.npz:good@linear --rate 5 ";
  check_failure(test::run_tool(here, good + "-o no/such/out.npz"), 4, {"cannot write"});
  check_failure(test::run_tool(here, good + "-o o.npz --plot no/such/out.svg"), 4,
                {"cannot write"});
  check_failure(test::run_tool(here, good + "-o out.npz", "ROBOCACHE_BACKEND=abacus"), 3,
                {"abacus"});
  CHECK(test::read_bytes(here / "out.npz") == "precious");

  // A stream without samples is no mistake where the targets are given.
  check_success(test::run_tool(
      here, "fuse --stream odd.npz:none@linear,fill=4 --targets odd.npz:times -o o.npz"));
  check_numbers(array_file(here / "o.npz").read("values"), {4, 4});
  check_numbers(array_file(here / "o.npz").read("valid"), {0, 0});
}

TEST_CASE("fuse: stamps at the ends of int64 are survived") {
  const temporary_directory here;
  test::write_bytes(
      here / "in.npz",
      test::zip({{"a.npy", member<float>("<f4", "(2,)", {1, 2})},
                 {"low.npy", member<std::int64_t>("<i8", "(2,)", {INT64_MIN, INT64_MIN + 1})},
                 {"wide.npy", member<std::int64_t>("<i8", "(2,)", {INT64_MIN, INT64_MAX})}}));
  check_success(
      test::run_tool(here, "fuse --stream in.npz:a,low@previous,offset=4e9 --rate 1 -o o.npz"));
  check_success(test::run_tool(
      here, "fuse --stream in.npz:a,low@mean,offset=-4e9,drift=0.1 --rate 1 -o o.npz"));
  check_failure(
      test::run_tool(here, "fuse --stream in.npz:a,wide@linear,drift=-0.1 --rate 1 -o o.npz"), 1,
      {"--rate"});
}
