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
      const std::string options = "resample in.npz --rate 333 --max-gap 0.0024 --element " +
                                  std::string(type) + " --kind " + kind;
      INFO(options);
      CHECK(test::run_tool(here, options + " --backend cpu -o cpu.npz").code == 0);
      CHECK(test::run_tool(here, options + " --backend cuda -o cuda.npz").code == 0);
      CHECK(test::read_bytes(here / "cpu.npz") == test::read_bytes(here / "cuda.npz"));
    }
  }
}

TEST_CASE("tool: CUDA fuses to the files that the CPU writes") {
  const test::temporary_directory here;
  const auto write = [&](const std::string& name, int samples, int channels, double rate) {
    std::vector<double> values, times;
    for (int i = 0; i < samples; ++i) {
      if (i > samples / 2 && i < samples / 2 + samples / 10) continue;  // a drop-out
      times.push_back((i + 0.3 * std::sin(i * 1.7)) / rate);
      for (int c = 0; c < channels; ++c) values.push_back(2.0 + std::sin(i * 0.003 * (c + 1)));
    }
    const std::string count = std::to_string(times.size());
    const std::string shape = "(" + count + ", " + std::to_string(channels) + ")";
    test::write_bytes(here / name,
                      test::zip({{"values.npy", test::npy_of(values, shape)},
                                 {"times.npy", test::npy_of(times, "(" + count + ",)")}}));
  };
  write("a.npz", 3000, 8, 100);
  write("b.npz", 30000, 6, 1000);
  write("c.npz", 900, 33, 30);
  for (const char* options :
       {"--stream a.npz:values@linear,max-gap=0.1 --stream b.npz:values@linear --rate 50",
        "--stream a.npz:values@linear:3,slerp-xyzw:4,previous:1,offset=0.012 "
        "--stream b.npz:values@mean --stream c.npz:values@nearest,tolerance=0.02,drift=1e-5 "
        "--rate 333 --span union",
        "--stream a.npz:values@last5 --stream b.npz:values@min --stream "
        "b.npz:values@max,window=0.1 "
        "--stream c.npz:values@pchip,before=fill --rate 50 --element float16"}) {
    const std::string command = "fuse " + std::string(options);
    INFO(command);
    test::check_success(test::run_tool(here, command + " --backend cpu -o cpu.npz"));
    test::check_success(test::run_tool(here, command + " --backend cuda -o cuda.npz"));
    CHECK(test::read_bytes(here / "cpu.npz") == test::read_bytes(here / "cuda.npz"));
  }
}

TEST_CASE("tool: CUDA voxelizes to the files that the CPU writes") {
  const test::temporary_directory here;
  std::vector<float> rows;
  std::vector<double> doubles;
  for (int i = 0; i < 40000; ++i) {
    const double t = i * 0.001;
    for (const double v : {20 * std::sin(t), 20 * std::cos(1.7 * t), 3 * std::sin(0.3 * i),
                           i % 97 - 50.25, std::exp(std::sin(i))}) {
      rows.push_back(static_cast<float>(v));
      doubles.push_back(v);
    }
  }
  rows[500] = NAN;
  rows[777] = INFINITY;
  test::write_bytes(here / "c.bin", test::bytes_of(rows));
  test::write_bytes(here / "d.npy", test::npy_of(doubles, "(40000, 5)"));
  for (const std::string file : {"c.bin", "d.npy"}) {
    for (const std::string options :
         {"--mode occupancy", "--mode density", "--mode mean --features 3,4",
          "--mode max --features 3", "--mode mean --features 4 --sparse", "--mode density --sparse",
          "--mode max --features 4,3 --box -10 -10 -1 15 10 2"}) {
      const std::string command = "voxelize " + file + " --columns 5 --voxel 0.3 " + options;
      INFO(command);
      test::check_success(test::run_tool(here, command + " --backend cpu -o cpu.npz"));
      test::check_success(test::run_tool(here, command + " --backend cuda -o cuda.npz"));
      CHECK(test::read_bytes(here / "cpu.npz") == test::read_bytes(here / "cuda.npz"));
    }
  }
}
