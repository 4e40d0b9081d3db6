/// \file
/// NumPy and zip files made byte by byte, apart from the code under test.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// An .npy file with any header text, right or wrong.
inline std::string npy(const std::string& header, const std::string& payload, int version = 1) {
  return std::string("\x93NUMPY") + static_cast<char>(version) + '\0' +
         little_endian(header.size(), version == 1 ? 2 : 4) + header + payload;
}

inline std::string header(const std::string& descr, const std::string& shape,
                          const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

inline std::string npy_of(const std::vector<double>& values, const std::string& shape) {
  return npy(header("<f8", shape), bytes_of(values));
}

inline std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

/// Deflate without compression: blocks of type 0, each of at most 65535 bytes.
inline std::string deflated(const std::string& bytes) {
  std::string out;
  std::size_t at = 0;
  do {
    const std::size_t part = std::min<std::size_t>(bytes.size() - at, 65535);
    out += at + part == bytes.size() ? '\1' : '\0';
    out += little_endian(part, 2) + little_endian(~part & 0xffff, 2) + bytes.substr(at, part);
    at += part;
  } while (at < bytes.size());
  return out;
}

struct zip_member {
  std::string name;
  std::string content;
  bool deflate = false;
  std::uint32_t crc_flip = 0;   ///< spoils the checksum
  std::int64_t size_error = 0;  ///< added to the uncompressed size that is claimed
  int method = -1;              ///< overrides the method that is claimed
};

inline std::string zip(const std::vector<zip_member>& members) {
  std::string out, directory;
  for (const zip_member& m : members) {
    const std::string data = m.deflate ? deflated(m.content) : m.content;
    const int method = m.method >= 0 ? m.method : m.deflate ? 8 : 0;
    const auto size =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(m.content.size()) + m.size_error);
    // version needed, flags, method, time, date, checksum, sizes, name and extra lengths
    const std::string common = little_endian(20, 2) + little_endian(0, 2) +
                               little_endian(static_cast<unsigned>(method), 2) +
                               little_endian(0, 2) + little_endian(0x21, 2) +
                               little_endian(crc32(m.content) ^ m.crc_flip, 4) +
                               little_endian(data.size(), 4) + little_endian(size, 4) +
                               little_endian(m.name.size(), 2) + little_endian(0, 2);
    directory += "PK\1\2" + little_endian(20, 2) + common + little_endian(0, 2) +
                 little_endian(0, 2) + little_endian(0, 2) + little_endian(0, 4) +
                 little_endian(out.size(), 4) + m.name;
    out += "PK\3\4" + common + m.name + data;
  }
  const std::string count = little_endian(members.size(), 2);
  return out + directory + "PK\5\6" + little_endian(0, 4) + count + count +
         little_endian(directory.size(), 4) + little_endian(out.size(), 4) + little_endian(0, 2);
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file) throw std::runtime_error("cannot write " + path);
}

inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A fresh directory that goes when the test ends.
class temporary_directory {
 public:
  temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "robocache-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a directory");
    path_ = pattern;
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// The names of the files within.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

 private:
  std::string path_;
};

}  // namespace test
