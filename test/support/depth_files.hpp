// The real depth frames that tests read.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#if defined(ROBOCACHE_TEST_PNG)
#include <png.h>

#include <cstdio>
#endif

namespace test {

inline std::string frames_directory() {
  const char* named = std::getenv("ROBOCACHE_TEST_DATA");
  return std::string(named != nullptr ? named : ROBOCACHE_SOURCE_DIR "/../shared/data") +
         "/3dmatch/";
}

inline std::vector<float> read_numbers(const std::string& path) {
  std::ifstream file(path);
  std::vector<float> numbers;
  for (double value = 0; file >> value;) numbers.push_back(static_cast<float>(value));
  return numbers;
}

#if defined(ROBOCACHE_TEST_PNG)

/// A 16-bit grey picture; of no size where libpng refuses.
struct depth_picture {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint16_t> pixels;
};

inline depth_picture read_depth_png(const std::string& path) {
  depth_picture p;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return p;
  png_struct* png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_info* info = png_create_info_struct(png);
  if (setjmp(png_jmpbuf(png)) == 0) {
    png_init_io(png, file);
    png_read_png(png, info, PNG_TRANSFORM_SWAP_ENDIAN, nullptr);
    if (png_get_bit_depth(png, info) == 16 && png_get_channels(png, info) == 1) {
      p.width = png_get_image_width(png, info);
      p.height = png_get_image_height(png, info);
      p.pixels.resize(static_cast<std::size_t>(p.width * p.height));
      for (std::int64_t v = 0; v < p.height; ++v) {
        std::memcpy(p.pixels.data() + v * p.width, png_get_rows(png, info)[v],
                    static_cast<std::size_t>(p.width) * 2);
      }
    }
  }
  png_destroy_read_struct(&png, &info, nullptr);
  std::fclose(file);
  return p;
}

#endif

}  // namespace test
