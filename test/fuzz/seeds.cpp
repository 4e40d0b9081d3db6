#include "fuzz/seeds.hpp"

#include "apps/numpy_bytes.hpp"

namespace test {
namespace {

std::vector<std::string> npy_seeds() {
  const std::vector<double> six{0, -1.5, 2, 1e300, 3, 4};
  std::vector<std::string> seeds;
  for (const int version : {1, 2, 3}) {
    seeds.push_back(npy(header("<f8", "(2, 3)"), bytes_of(six), version));
  }
  for (const char* order : {"<", ">", "=", "|"}) {
    for (const char* type : {"f8", "f4", "f2", "i8", "u4", "i2", "b1", "M8[us]", "m8[10ms]"}) {
      const std::string elements(type[0] == 'b'   ? 1
                                 : type[1] == '4' ? 4
                                 : type[1] == '2' ? 2
                                                  : 8,
                                 'a');
      seeds.push_back(npy(header(std::string(order) + type, "(1,)"), elements));
    }
  }
  seeds.push_back(npy(header("<i2", "(2L, 3L)", "True"), "abcdefghijkl"));
  seeds.push_back(npy(header("<f8", "(0, 9223372036854775807)"), ""));
  seeds.push_back(npy(header("<u1", "(4294967296, 4294967296)"), "abc"));
  for (const char* order : {"False", "True"}) {
    seeds.push_back(
        npy("{'descr': [('x', '<f4'), ('', '|V1'), (('a title', 'b'), '>i2', (2,))], "
            "'fortran_order': " +
                std::string(order) + ", 'shape': (1, 2)}\n",
            "abcdefghijklmnopqr"));
  }
  seeds.push_back(npy(header("|O", "(1,)"), "abcdefgh"));
  return seeds;
}

std::vector<std::string> npz_seeds() {
  std::vector<std::string> seeds;
  for (const bool deflate : {false, true}) {
    // As they are, behind a byte that says so.
    seeds.push_back(std::string(1, '\0') + zip({{"a.npy", npy_of({1, 2}, "(2,)"), deflate},
                                                {"t.txt", "text"},
                                                {"b.npy", npy_of({3}, "(1, 1)"), deflate}}));
    zip_member bomb{"a.npy", npy_of({1, 2}, "(2,)"), deflate};
    bomb.size_error = 1 << 30;
    seeds.push_back(std::string(1, '\0') + zip({bomb}));
  }
  for (const std::string& array : npy_seeds()) {
    seeds.push_back("\x01" + array);
    seeds.push_back("\x03" + array);
  }
  seeds.push_back("\x17" + npy_of({1}, "(1,)"));
  seeds.push_back("\x0b" + npy_of({1}, "(1,)"));
  seeds.push_back(std::string(1, '\0') + npy_of({1}, "(1,)"));
  return seeds;
}

std::string ply_header(const std::string& format, const std::string& elements) {
  return "ply\nformat " + format + " 1.0\ncomment c\n" + elements + "end_header\n";
}

std::vector<std::string> ply_seeds() {
  const std::string xyz = "property float x\nproperty float y\nproperty float z\n";
  const std::string rich =
      "element empty 7\nelement face 1\nproperty list uchar int i\n"
      "element vertex 2\n" +
      xyz + "property list uint64 short n\nproperty int64 t\n";
  const std::string row = little_endian(1, 8) + "ab12345678";
  std::vector<std::string> seeds{
      ply_header("ascii", "element vertex 2\n" + xyz + "property uchar red\n") +
          "1 2 3 255\n4.5e1 nan -inf 255.0\n",
      ply_header("ascii", rich) + "2 7 8\n1 2 3 0 9\n4\n5 6 2 1 1 -9\n\nmore\n",
      "\xef\xbb\xbfply \rformat ascii 1.0\relement vertex 1\r" + xyz +
          "end_header\r1.#QNAN -1.#IND 1.#INF\r",
      ply_header("ascii", "element vertex 99999999999\n" + xyz) + "1 2 3\n",
  };
  for (const char* format : {"binary_little_endian", "binary_big_endian"}) {
    seeds.push_back(ply_header(format, "element vertex 1\n" + xyz) + std::string(12, 'a') + "\n");
    seeds.push_back(ply_header(format,
                               "element vertex 1\nproperty double x\nproperty uint64 a\n"
                               "property short y\nproperty uchar z\n") +
                    std::string(19, 'a'));
  }
  seeds.push_back(ply_header("binary_little_endian", rich) + std::string("\1abcd", 5) +
                  std::string(12, 'a') + row + std::string(12, 'b') + std::string(16, '\0'));
  return seeds;
}

std::vector<std::string> point_seeds() {
  std::vector<float> numbers;
  for (int i = 0; i < 60; ++i) numbers.push_back(i % 5 == 4 ? 3.0F : static_cast<float>(i) * 0.3F);
  std::vector<std::string> seeds;
  for (char how = 0; how < 16; ++how) seeds.push_back(how + bytes_of(numbers));
  seeds.emplace_back(1, '\0');
  seeds.emplace_back("\0abcdefg", 8);
  return seeds;
}

}  // namespace

std::vector<std::string> seeds_of(const std::string& reader) {
  if (reader == "npy") return npy_seeds();
  if (reader == "npz") return npz_seeds();
  return reader == "ply" ? ply_seeds() : point_seeds();
}

}  // namespace test
