#include <cmath>

#include "support/catch.hpp"
#include "tool.hpp"

TEST_CASE("tool: CUDA writes the files that the CPU writes") {
  const test::temporary_directory here;
  std::vector<double> values, times;
  for (int i = 0; i < 5000; ++i) {
    times.push_back(i * 0.002 + 0.0005 * std::sin(i * 1.7));
    for (int c = 0; c < 8; ++c) values.push_back(2.0 + std::sin(i * 0.003 * (c + 1)));
  }
  test::write_bytes(here / "in.npz", test::zip({{"values.npy", test::npy_of(values, "(5000, 8)")},
                                                {"times.npy", test::npy_of(times, "(5000,)")}}));
  for (const char* type : {"float64", "float32", "float16"}) {
    for (const char* kind : {"linear", "pchip", "cubic:3,slerp-xyzw:4,nearest:1"}) {
      const std::string options = "resample in.npz --rate 333 --max-gap 0.0024 --dtype " +
                                  std::string(type) + " --kind " + kind;
      INFO(options);
      CHECK(test::run_tool(here, options + " --backend cpu -o cpu.npz").code == 0);
      CHECK(test::run_tool(here, options + " --backend cuda -o cuda.npz").code == 0);
      CHECK(test::read_bytes(here / "cpu.npz") == test::read_bytes(here / "cuda.npz"));
    }
  }
}
