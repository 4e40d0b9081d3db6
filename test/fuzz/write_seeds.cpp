// robocache_fuzz_seeds DIRECTORY: writes the seeds of each reader into a folder of its name.
#include <cstdio>

#include "apps/numpy_bytes.hpp"
#include "fuzz/seeds.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: robocache_fuzz_seeds DIRECTORY\n", stderr);
    return 1;
  }
  for (const std::string reader : {"npy", "npz", "ply", "points"}) {
    const std::string directory = std::string(argv[1]) + "/" + reader;
    std::filesystem::create_directories(directory);
    int number = 0;
    for (const std::string& seed : test::seeds_of(reader)) {
      test::write_bytes(directory + "/seed" + std::to_string(number++), seed);
    }
  }
}
