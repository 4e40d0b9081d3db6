// The tool and stamps that step back: refused with both stamps, sorted, or dropped.
#include "recordings.hpp"

namespace {

using namespace test;

/// Samples [t, 10 t] whose stamps step back at index 3 and, below the largest, at index 4; two
/// share the stamp 2.
void write_log(const std::string& path) {
  test::write_bytes(
      path, test::zip({{"values.npy",
                        member<double>("<f8", "(6, 2)", {0, 0, 2, 20, 4, 40, 1, 10, 2, 21, 5, 50})},
                       {"times.npy", member<std::int32_t>("<i4", "(6,)", {0, 2, 4, 1, 2, 5})},
                       {"at.npy", member<std::int32_t>("<i4", "(6,)", {0, 1, 2, 3, 4, 5})}}));
}

}  // namespace

TEST_CASE("unsorted: an error names the index and both stamps exactly") {
  const temporary_directory here;
  const auto fails = [&](const std::string& stamps, const std::vector<std::string>& parts) {
    test::write_bytes(here / "in.npz",
                      test::zip({{"values.npy", member<float>("<f4", "(3,)", {1, 2, 3})},
                                 {"times.npy", stamps}}));
    check_failure(test::run_tool(here, "resample in.npz --rate 1 -o out.npz"), 2, parts);
    check_failure(test::run_tool(here, "fuse --stream in.npz:values@linear --rate 1 -o out.npz"), 2,
                  parts);
    check_failure(test::run_tool(here, "resample in.npz --rate 1 --unsorted error -o out.npz"), 2,
                  parts);
  };
  fails(member<double>("<f8", "(3,)", {0, 0.3, std::nextafter(0.3, 0)}),
        {"in.npz: array 'times'", "0.29999999999999993 after 0.3 at index 2", "--unsorted sort"});
  fails(member<double>("<f8", "(3,)", {0, 1700000000.123, 1700000000}),
        {"1700000000 after 1700000000.123 at index 2"});
  fails(member<float>("<f4", "(3,)", {0, 0.2F, 0.1F}), {"0.1 after 0.2 at index 2"});
  fails(member<std::int64_t>("<i8", "(3,)", {0, 1700000000000000002, 1700000000000000001}),
        {"1700000000000000001 after 1700000000000000002 at index 2", "--unsorted drop"});
  fails(member<std::uint64_t>("<u8", "(3,)", {8, 7, 9}), {"7 after 8 at index 1"});
  fails(member<std::int64_t>("<M8[us]", "(3,)", {-8, -9, 9}), {"-9 after -8 at index 1"});
}

TEST_CASE("unsorted: NaN stamps are refused whatever the policy") {
  const temporary_directory here;
  test::write_bytes(here / "in.npz",
                    test::zip({{"values.npy", member<float>("<f4", "(3,)", {1, 2, 3})},
                               {"times.npy", member<double>("<f8", "(3,)", {0, 1, NAN})}}));
  for (const char* policy : {"error", "sort", "drop"}) {
    check_failure(
        test::run_tool(here,
                       std::string("resample in.npz --rate 1 -o out.npz --unsorted ") + policy),
        2, {"'times'", "finite", "nan", "index 2"});
  }
  check_failure(test::run_tool(here, "resample in.npz --rate 1 -o out.npz --unsorted mix"), 1,
                {"--unsorted"});
}

TEST_CASE("unsorted: sort is stable and takes the values along") {
  const temporary_directory here;
  write_log(here / "in.npz");
  const std::string resample = "resample in.npz --targets at --time-unit s -o out.npz ";
  const outcome result = test::run_tool(here, resample + "--unsorted sort --plot out.svg");
  check_success(result);
  CHECK(contains(result.err, "'times'"));
  CHECK(
      contains(result.err, "sorted samples whose stamps step back, first from 4 to 1 at index 3"));
  // Of the two samples at 2 the later one counts, which is the later one in the file.
  const numbers expected = {0, 0, 1, 10, 2, 21, 3, 30.5, 4, 40, 5, 50};
  CHECK(numbers_in(here / "out.npz", "values") == expected);
  CHECK(numbers_in(here / "out.npz", "valid") == numbers(6, 1));
  check_success(test::run_tool(here,
                               "fuse --stream in.npz:values@linear,unsorted=sort --targets "
                               "in.npz:at --time-unit s -o out.npz"));
  CHECK(numbers_in(here / "out.npz", "values") == expected);
  check_success(test::run_tool(here,
                               "fuse --stream in.npz:values@linear --targets in.npz:at "
                               "--unsorted sort --time-unit s -o out.npz"));
  CHECK(numbers_in(here / "out.npz", "values") == expected);
}

TEST_CASE("unsorted: drop leaves out what is below the largest stamp before it") {
  const temporary_directory here;
  write_log(here / "in.npz");
  const outcome result =
      test::run_tool(here, "resample in.npz --targets at --time-unit s -o out.npz --unsorted drop");
  check_success(result);
  CHECK(contains(result.err, "left out 2 of 6 samples whose stamps step back"));
  const numbers expected = {0, 0, 1, 10, 2, 20, 3, 30, 4, 40, 5, 50};
  CHECK(numbers_in(here / "out.npz", "values") == expected);
  const outcome fused = test::run_tool(
      here,
      "fuse --stream in.npz:values@linear,unsorted=drop --unsorted error --targets in.npz:at "
      "--time-unit s -o out.npz");
  check_success(fused);
  CHECK(numbers_in(here / "out.npz", "values") == expected);
  check_failure(test::run_tool(here,
                               "fuse --stream in.npz:values@linear,unsorted=error --unsorted "
                               "drop --rate 1 --time-unit s -o out.npz"),
                2, {"1 after 4 at index 3"});
  check_failure(test::run_tool(here,
                               "fuse --stream in.npz:values@linear,unsorted=mix --rate 1 -o "
                               "out.npz"),
                1, {"unsorted", "error, sort, drop", "'mix'"});
}

TEST_CASE("unsorted: nothing is said or changed where the stamps ascend") {
  const temporary_directory here;
  test::write_bytes(here / "in.npz",
                    test::zip({{"values.npy", member<float>("<f4", "(4,)", {0, 1, 2, 3})},
                               {"times.npy", member<float>("<f4", "(4,)", {0, 1, 1, 2})}}));
  check_success(test::run_tool(here, "resample in.npz --rate 2 -o plain.npz"));
  for (const char* policy : {"sort", "drop"}) {
    const outcome result = test::run_tool(
        here, std::string("resample in.npz --rate 2 -o out.npz --unsorted ") + policy);
    check_success(result);
    CHECK(result.err.empty());
    CHECK(test::read_bytes(here / "out.npz") == test::read_bytes(here / "plain.npz"));
  }
}

TEST_CASE("unsorted: items of a batch, with clocks of their own or one") {
  const temporary_directory here;
  test::write_bytes(
      here / "own.npz",
      test::zip({{"values.npy", member<float>("<f4", "(2, 4, 1)", {0, 2, 1, 3, 5, 6, 7, 8})},
                 {"times.npy", member<double>("<f8", "(2, 4)", {0, 2, 1, 3, 5, 6, 7, 8})}}));
  check_failure(test::run_tool(here, "resample own.npz --rate 1 -o out.npz"), 2,
                {"1 after 2 at index 2 of item 0"});
  check_success(test::run_tool(here, "resample own.npz --rate 1 -o out.npz --unsorted sort"));
  CHECK(numbers_in(here / "out.npz", "values") == numbers{0, 1, 2, 3, 5, 6, 7, 8});
  check_success(test::run_tool(here,
                               "resample own.npz --rate 1 --kind previous -o out.npz "
                               "--unsorted drop --plot out.svg"));
  CHECK(numbers_in(here / "out.npz", "values") == numbers{0, 0, 2, 3, 5, 6, 7, 8});

  // The shorter item ends where its last kept sample is.
  test::write_bytes(
      here / "end.npz",
      test::zip({{"values.npy", member<float>("<f4", "(2, 3, 1)", {0, 2, 1, 5, 6, 7})},
                 {"times.npy", member<double>("<f8", "(2, 3)", {0, 1, 0.5, 5, 6, 7})}}));
  check_success(
      test::run_tool(here, "resample end.npz --rate 1 -o out.npz --unsorted drop --fill -1"));
  CHECK(numbers_in(here / "out.npz", "times") == numbers{0, 1, 1, 5, 6, 7});
  CHECK(numbers_in(here / "out.npz", "values") == numbers{0, 2, -1, 5, 6, 7});
  CHECK(numbers_in(here / "out.npz", "valid") == numbers{1, 1, 0, 1, 1, 1});

  test::write_bytes(
      here / "one.npz",
      test::zip({{"values.npy", member<float>("<f4", "(2, 3, 1)", {0, 2, 1, 10, 12, 11})},
                 {"times.npy", member<double>("<f8", "(3,)", {0, 2, 1})}}));
  check_success(test::run_tool(here, "resample one.npz --rate 1 -o out.npz --unsorted sort"));
  CHECK(numbers_in(here / "out.npz", "values") == numbers{0, 1, 2, 10, 11, 12});
  check_success(test::run_tool(here, "resample one.npz --rate 1 -o out.npz --unsorted drop"));
  CHECK(numbers_in(here / "out.npz", "values") == numbers{0, 1, 2, 10, 11, 12});
}
