#include "files/depth_frames.hpp"

#include <png.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <sstream>

#include "files/failure.hpp"
#include "files/input.hpp"

namespace robocache::cli {
namespace {

namespace fs = std::filesystem;

/// The files of a folder, sorted.
std::vector<fs::path> files_of(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) files.push_back(entry.path());
  if (error) bad_input(folder + ": cannot be read as a folder: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_of(const fs::path& path) {
  const std::string file = path.filename();
  return file.substr(0, file.find('.'));
}

/// Bytes that libpng reads on, and what it says of them.
struct png_source {
  const std::vector<std::byte>& bytes;
  std::size_t at = 0;
  std::string error;
};

void read_on(png_struct* png, unsigned char* to, std::size_t size) {
  auto& source = *static_cast<png_source*>(png_get_io_ptr(png));
  if (size > source.bytes.size() - source.at) png_error(png, "it ends early");
  std::memcpy(to, source.bytes.data() + source.at, size);
  source.at += size;
}

void leave(png_struct* png, const char* text) {
  static_cast<png_source*>(png_get_error_ptr(png))->error = text;
  png_longjmp(png, 1);
}

void ignore(png_struct*, const char*) {}

/// False where libpng gave up. It jumps back here, past no object of C++.
bool decode(png_struct* png, png_info* info, int transforms) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_png(png, info, transforms, nullptr);
  return true;
}

/// libpng's state of one picture.
class png_reader {
 public:
  explicit png_reader(png_source& source)
      : source_(source),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, &leave, &ignore)),
        info_(png_create_info_struct(png_)) {
    png_set_read_fn(png_, &source, &read_on);
  }
  ~png_reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  png_reader(const png_reader&) = delete;
  png_reader& operator=(const png_reader&) = delete;

  depth_image read_depth(const std::string& path) {
    decode_or_fail(path, PNG_TRANSFORM_SWAP_ENDIAN);
    if (png_get_bit_depth(png_, info_) != 16 || png_get_channels(png_, info_) != 1) {
      bad_input(path + ": expected a picture of 16-bit grey");
    }
    depth_image image;
    copy(2, image.width, image.height, image.depths);
    return image;
  }

  color_image read_color(const std::string& path) {
    decode_or_fail(path, PNG_TRANSFORM_EXPAND | PNG_TRANSFORM_GRAY_TO_RGB |
                             PNG_TRANSFORM_STRIP_ALPHA | PNG_TRANSFORM_STRIP_16);
    if (png_get_bit_depth(png_, info_) != 8 || png_get_channels(png_, info_) != 3) {
      bad_input(path + ": expected a picture of colours");
    }
    color_image image;
    copy(3, image.width, image.height, image.colors);
    return image;
  }

 private:
  void decode_or_fail(const std::string& path, int transforms) {
    if (!decode(png_, info_, transforms)) bad_input(path + ": not a whole PNG: " + source_.error);
  }

  /// Rows of so many bytes a pixel.
  template <class T>
  void copy(std::size_t bytes, std::int64_t& width, std::int64_t& height, std::vector<T>& to) {
    width = png_get_image_width(png_, info_);
    height = png_get_image_height(png_, info_);
    const std::size_t row = static_cast<std::size_t>(width) * bytes / sizeof(T);
    to.resize(row * static_cast<std::size_t>(height));
    for (std::size_t v = 0; v < static_cast<std::size_t>(height); ++v) {
      std::memcpy(to.data() + v * row, png_get_rows(png_, info_)[v], row * sizeof(T));
    }
  }

  png_source& source_;
  png_struct* png_;
  png_info* info_;
};

template <class T>
std::vector<T> read_numbers(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  std::istringstream text(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::vector<T> numbers;
  for (std::string word; text >> word;) {
    char* end = nullptr;
    numbers.push_back(static_cast<T>(std::strtod(word.c_str(), &end)));
    if (*end != '\0') bad_input(path + ": expected numbers, got '" + word + "'");
  }
  return numbers;
}

}  // namespace

std::vector<depth_frame_files> find_frames(const std::string& depths, const std::string& poses,
                                           const std::string& colors) {
  std::map<std::string, std::string> colored;  // by name
  if (!colors.empty()) {
    for (const fs::path& path : files_of(colors)) {
      const bool is_depth = path.filename().string().find(".depth.") != std::string::npos;
      if (path.extension() == ".png" && !is_depth) colored[name_of(path)] = path;
    }
  }
  std::vector<depth_frame_files> frames;
  for (const fs::path& path : files_of(depths)) {
    const std::string file = path.filename();
    if (path.extension() != ".png" || file.find(".color.") != std::string::npos) continue;
    depth_frame_files frame{name_of(path), path, {}, {}};
    for (const char* const ending : {".pose.txt", ".txt"}) {
      const fs::path pose = fs::path(poses) / (frame.name + ending);
      if (frame.pose.empty() && fs::exists(pose)) frame.pose = pose;
    }
    if (frame.pose.empty()) {
      bad_input(frame.depth + ": expected its pose in " +
                (fs::path(poses) / (frame.name + ".pose.txt")).string() + ", or .txt");
    }
    if (!colors.empty()) frame.color = colored[frame.name];
    if (!colors.empty() && frame.color.empty()) {
      bad_input(frame.depth + ": expected its colours in " +
                (fs::path(colors) / (frame.name + ".png")).string() + ", or .color.png");
    }
    frames.push_back(frame);
  }
  if (frames.empty()) bad_input(depths + ": expected depth images NAME.png or NAME.depth.png");
  return frames;
}

depth_image read_depth_image(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  png_source source{bytes, 0, {}};
  return png_reader(source).read_depth(path);
}

color_image read_color_image(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  png_source source{bytes, 0, {}};
  return png_reader(source).read_color(path);
}

std::vector<float> read_pose(const std::string& path) {
  std::vector<float> pose = read_numbers<float>(path);
  if (pose.size() != 12 && pose.size() != 16) {
    bad_input(path + ": expected 12 or 16 numbers, got " + std::to_string(pose.size()));
  }
  pose.resize(12);
  return pose;
}

std::vector<double> read_intrinsics(const std::string& path) {
  const std::vector<double> k = read_numbers<double>(path);
  if (k.size() == 4) return k;
  if (k.size() != 9) {
    bad_input(path + ": expected the 9 numbers of a matrix, or fx fy cx cy, got " +
              std::to_string(k.size()));
  }
  return {k[0], k[4], k[2], k[5]};
}

}  // namespace robocache::cli
