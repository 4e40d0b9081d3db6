// What the tool refuses, and how it says so.
#include <robocache/core/executor.hpp>

#include "recordings.hpp"

using namespace test;

TEST_CASE("tool: the command line is checked (exit code 1)") {
  const temporary_directory here;
  write_recording(here / "in.npz");
  const auto fails = [&](const std::string& arguments, const std::vector<std::string>& parts) {
    INFO(arguments);
    check_failure(test::run_tool(here, arguments), 1, parts);
  };
  fails("", {"Subcommands", "Exit codes"});
  fails("fly", {"fly"});
  fails("resample", {"input"});
  fails("resample in.npz --rate 50", {"--output"});
  fails("resample in.npz -o out.npz", {"--rate", "--targets", "neither"});
  fails("resample in.npz -o out.npz --rate 5 --targets times", {"both"});
  fails("resample in.npz -o out.npz --rate 0", {"--rate"});
  fails("resample in.npz -o out.npz --rate -5", {"--rate"});
  fails("resample in.npz -o out.npz --rate nan", {"--rate"});
  fails("resample in.npz -o out.npz --rate fast", {"--rate"});
  fails("resample in.npz -o out.npz --rate 1e300", {"--rate"});
  fails("resample in.npz -o out.npz --rate 5 --kind quadratic", {"--kind", "quadratic", "pchip"});
  fails("resample in.npz -o out.npz --rate 5 --kind linear:1", {"--kind", "2 channels", "got 1"});
  fails("resample in.npz -o out.npz --rate 5 --kind linear:3", {"--kind", "got 3"});
  fails("resample in.npz -o out.npz --rate 5 --kind slerp-xyzw", {"multiple of 4", "got 2"});
  fails("resample in.npz -o out.npz --rate 5 --kind linear:", {"--kind"});
  fails("resample in.npz -o out.npz --rate 5 --kind linear:1,", {"--kind"});
  fails("resample in.npz -o out.npz --rate 5 --kind linear:0,next:2", {"--kind"});
  fails(
      "resample in.npz -o out.npz --rate 5 --kind "
      "linear:9223372036854775807,next:9223372036854775807",
      {"--kind"});
  fails("resample in.npz -o out.npz --rate 5 --max-gap -1", {"--max-gap"});
  fails("resample in.npz -o out.npz --rate 5 --tolerance nan", {"--tolerance"});
  fails("resample in.npz -o out.npz --rate 5 --before wrap", {"--before"});
  fails("resample in.npz -o out.npz --rate 5 --element int8", {"--element"});
  fails("resample in.npz -o out.npz --rate 5 --backend tpu", {"--backend"});
  fails("resample in.npz -o out.npz --rate 5 --threads -1", {"--threads"});
  fails("resample in.npz -o out.npz --rate 5 --plot p.svg --plot-channels 0-2", {"0 to 1", "0-2"});
  fails("resample in.npz -o out.npz --rate 5 --values times", {"must differ"});
  fails("info", {"file"});
  CHECK(here.files() == std::vector<std::string>{"in.npz"});
}

TEST_CASE("tool: bad input is said and loses nothing (exit code 2)") {
  const temporary_directory here;
  test::write_bytes(here / "out.npz", "precious");
  const auto fails = [&](const std::string& file, const std::string& options,
                         const std::vector<std::string>& parts) {
    test::write_bytes(here / "in.npz", file);
    const outcome result = test::run_tool(here, "resample in.npz --rate 5 -o out.npz " + options);
    INFO(options);
    check_failure(result, 2, parts);
    CHECK(contains(result.err, "in.npz"));
    CHECK(test::read_bytes(here / "out.npz") == "precious");
  };
  const auto values = member<float>("<f4", "(3,)", {1, 2, 3});
  const auto times = member<double>("<f8", "(3,)", {0, 1, 2});
  const auto with_times = [&](const std::string& t) {
    return test::zip({{"values.npy", values}, {"times.npy", t}});
  };
  const auto with_values = [&](const std::string& v) {
    return test::zip({{"values.npy", v}, {"times.npy", times}});
  };
  fails("", "", {"empty"});
  fails("text", "", {"expected a NumPy file"});
  fails(with_times(times).substr(0, 200), "", {"truncated"});
  fails(with_times(times), "--values ctrl", {"'ctrl'", "values, times"});
  fails(test::zip({{"values.npy", values, false, 1}, {"times.npy", times}}), "",
        {"'values'", "CRC"});
  fails(with_times(member<double>("<f8", "(3,)", {0, 2, 1})), "",
        {"'times'", "ascending", "1 after 2", "index 2"});
  fails(with_times(member<double>("<f8", "(3,)", {0, NAN, 1})), "", {"'times'", "index 1"});
  fails(with_times(member<double>("<f8", "(3,)", {NAN, 1, 2})), "", {"'times'", "index 0"});
  fails(with_times(member<double>("<f8", "(3,)", {0, 1, INFINITY})), "", {"'times'", "finite"});
  fails(with_times(member<double>("<f8", "(2,)", {0, 1})), "", {"'times'", "(3,)", "(2,)"});
  fails(with_times(member<std::uint8_t>("|b1", "(3,)", {0, 1, 1})), "",
        {"'times'", "int64 nanoseconds", "bool"});
  fails(with_values(member<std::int32_t>("<i4", "(3,)", {0, 1, 2})), "", {"'values'", "int32"});
  fails(with_values(member<float>("<f4", "()", {1})), "", {"'values'", "(T,)", "()"});
  fails(with_values(member<float>("<f4", "(1, 1, 1, 3)", {1, 2, 3})), "", {"(1, 1, 1, 3)"});
  fails(test::zip({{"values.npy", member<float>("<f4", "(0,)", {})},
                   {"times.npy", member<double>("<f8", "(0,)", {})}}),
        "", {"at least one stamp"});
  check_failure(test::run_tool(here, "resample nowhere.npz --rate 5 -o out.npz"), 2,
                {"nowhere.npz", "No such file"});
  CHECK(test::read_bytes(here / "out.npz") == "precious");
  CHECK(here.files().size() == 2);
}

TEST_CASE("tool: backends (exit code 3)") {
  const temporary_directory here;
  write_recording(here / "in.npz");
  const std::string command = "resample in.npz --rate 5 -o out.npz";
  check_success(test::run_tool(here, command + " --backend cpu", "ROBOCACHE_BACKEND=cuda"));
  check_success(test::run_tool(here, command, "ROBOCACHE_BACKEND=cpu"));
  check_failure(test::run_tool(here, command, "ROBOCACHE_BACKEND=abacus"), 3, {"abacus"});
  const outcome red = test::run_tool(here, command, "ROBOCACHE_BACKEND=$(printf '\\033[31mred')");
  check_failure(red, 3, {"\\x1b[31mred"});
  CHECK_FALSE(contains(red.err, "\x1b"));
  const outcome cuda = test::run_tool(here, command + " --backend cuda", "ROBOCACHE_BACKEND=cpu");
  if (robocache::detail::why_no_cuda() == nullptr) {
    check_success(cuda);
  } else {
    check_failure(cuda, 3, {"CUDA was asked for", robocache::detail::why_no_cuda()});
    CHECK(cuda.err.rfind("robocache::select_executor: ", 0) == 0);  // its name once
  }
  check_success(test::run_tool(here, "devices"));
  CHECK(contains(test::run_tool(here, "devices").out, "cores"));
  CHECK(contains(test::run_tool(here, "devices").out, "cuda"));
}

TEST_CASE("tool: outputs that cannot be written (exit code 4)") {
  const temporary_directory here;
  write_recording(here / "in.npz");
  check_failure(test::run_tool(here, "resample in.npz --rate 5 -o no/such/out.npz"), 4,
                {"no/such/out.npz", "cannot write"});
  check_failure(test::run_tool(here, "resample in.npz --rate 5 -o out.npz --plot no/such/out.svg"),
                4, {"no/such/out.svg", "cannot write"});
  check_failure(test::run_tool(here, "demo -o in.npz"), 4, {"in.npz"});
}

TEST_CASE("tool: no text of users or files can command a terminal") {
  const temporary_directory here;
  write_recording(here / "in.npz");
  const std::string name = "n\x1b[31m\xc2\x9b\n\xff";
  test::write_bytes(here / name + ".npz",
                    test::zip({{"a\x1b[31m\n.npy", member<float>("<f4", "(1,)", {1})},
                               {"t\x1b[3m.npy", member<double>("<f8", "(2,)", {0, 1})},
                               {"time\x1b[3m.npy", member<double>("<f8", "(2,)", {0, 1})}}));
  const std::string quoted = "'" + name + "'";
  for (const std::string& arguments : std::vector<std::string>{
           "info " + quoted + ".npz", "info " + quoted, "fly" + quoted,
           "resample in.npz --rate 5 -o " + quoted + "/o.npz",
           "resample in.npz --rate 5 -o " + quoted,

           "resample in.npz --rate 5 -o o.npz --kind " + quoted,
           "resample in.npz --rate 5 -o o.npz --values " + quoted,
           "fuse --stream in.npz:values@" + quoted + " --rate 5 -o o.npz",
           "fuse --stream in.npz:" + quoted + "@mean --rate 5 -o o.npz",
           "voxelize in.npz:values --voxel " + quoted + " -o o.npz", "demo -o " + quoted + "d"}) {
    const outcome result = test::run_tool(here, arguments);
    INFO(arguments << "\nstdout: " << result.out << "\nstderr: " << result.err);
    for (const std::string& text : {result.out, result.err}) {
      CHECK_FALSE(contains(text, "\x1b"));
      CHECK_FALSE(contains(text, "\xc2\x9b"));
      CHECK_FALSE(contains(text, "\xff"));
    }
    CHECK(contains(result.out + result.err, "\\x1b"));
  }
}
