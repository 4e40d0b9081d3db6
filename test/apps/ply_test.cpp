#include "files/ply.hpp"

#include <cmath>
#include <cstring>

#include "files/failure.hpp"
#include "numpy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using test::little_endian;

std::vector<ply_column> parse(const std::string& text) {
  return parse_ply(reinterpret_cast<const std::byte*>(text.data()), text.size(), "c.ply");
}

/// The message of the failure, which must be one of input.
std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const input_failure& error) {
    return error.what();
  }
  FAIL("no failure for: " << text.substr(0, 200));
  return "";
}

void check_error(const std::string& text, const std::string& part) {
  const std::string message = error_of(text);
  INFO(message << "\nexpected in it: " << part);
  CHECK(message.rfind("c.ply: ", 0) == 0);
  CHECK(message.find(part) != std::string::npos);
}

std::string header(const std::string& format, const std::string& elements) {
  return "ply\nformat " + format + " 1.0\ncomment by hand\n" + elements + "end_header\n";
}

const std::string xyz = "property float x\nproperty float y\nproperty float z\n";

std::string reversed(std::string bytes) { return {bytes.rbegin(), bytes.rend()}; }

template <class T>
std::string number(T value, bool is_big) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return is_big ? reversed(bytes) : bytes;
}

}  // namespace

TEST_CASE("ply: ascii, with comments, blank lines and both line ends") {
  const std::string text =
      header("ascii", "obj_info made by hand\nelement vertex 3\n" + xyz + "property uchar red\n") +
      "1 2.5 -3 255\n\n  -0 +1e2\t.5  0 \nnan inf -inf 7";
  for (const bool crlf : {false, true}) {
    std::string file;
    for (const char c : text) file += c == '\n' && crlf ? "\r\n" : std::string(1, c);
    const auto columns = parse(file);
    REQUIRE(columns.size() == 4);
    CHECK(columns[0].name == "x");
    CHECK(columns[3].name == "red");
    CHECK(columns[0].values.type == element::f32);
    CHECK(columns[3].values.type == element::u8);
    REQUIRE(columns[0].values.size() == 3);
    const auto* x = columns[0].values.as<float>();
    CHECK(x[0] == 1);
    CHECK(x[1] == 0);
    CHECK(std::signbit(x[1]));
    CHECK(std::isnan(x[2]));
    CHECK(columns[1].values.as<float>()[1] == 100);
    CHECK(columns[1].values.as<float>()[2] == INFINITY);
    CHECK(columns[2].values.as<float>()[1] == 0.5F);
    CHECK(columns[3].values.as<std::uint8_t>()[0] == 255);
    CHECK(columns[3].values.as<std::uint8_t>()[2] == 7);
  }
}

TEST_CASE("ply: decimal numbers are rounded once, and beyond the range to infinity and zero") {
  const auto columns = parse(header("ascii",
                                    "element vertex 1\nproperty float x\nproperty float y\n"
                                    "property double z\nproperty float a\nproperty double b\n") +
                             "1.00000017881393432617187499 1e39 0.1 1e-60 -1e400\n");
  // Above the middle of two floats by way of double it would round up.
  CHECK(columns[0].values.as<float>()[0] == 1.00000012F);
  CHECK(columns[1].values.as<float>()[0] == INFINITY);
  CHECK(columns[2].values.as<double>()[0] == 0.1);
  CHECK(columns[3].values.as<float>()[0] == 0);
  CHECK(columns[4].values.as<double>()[0] == -static_cast<double>(INFINITY));
}

TEST_CASE("ply: every type under both of its names, in all encodings") {
  const std::vector<std::pair<const char*, const char*>> names = {
      {"char", "int8"}, {"uchar", "uint8"}, {"short", "int16"},   {"ushort", "uint16"},
      {"int", "int32"}, {"uint", "uint32"}, {"float", "float32"}, {"double", "float64"}};
  for (const std::string format : {"ascii", "binary_little_endian", "binary_big_endian"}) {
    for (const bool second : {false, true}) {
      std::string elements = "element vertex 2\n";
      for (std::size_t i = 0; i < names.size(); ++i) {
        elements += "property " + std::string(second ? names[i].second : names[i].first) + " p" +
                    std::to_string(i) + "\n";
      }
      std::string body;
      const bool is_big = format == "binary_big_endian";
      if (format == "ascii") {
        body = "-128 255 -32768 65535 -2147483648 4294967295 1.25 -2.5e-300\n1 2 3 4 5 6 7 8\n";
      } else {
        body = number<std::int8_t>(-128, is_big) + number<std::uint8_t>(255, is_big) +
               number<std::int16_t>(-32768, is_big) + number<std::uint16_t>(65535, is_big) +
               number<std::int32_t>(-2147483647 - 1, is_big) +
               number<std::uint32_t>(4294967295U, is_big) + number(1.25F, is_big) +
               number(-2.5e-300, is_big);
        body += number<std::int8_t>(1, is_big) + number<std::uint8_t>(2, is_big) +
                number<std::int16_t>(3, is_big) + number<std::uint16_t>(4, is_big) +
                number<std::int32_t>(5, is_big) + number<std::uint32_t>(6, is_big) +
                number(7.0F, is_big) + number(8.0, is_big);
      }
      INFO(format << (second ? ", names with sizes" : ""));
      const auto columns = parse(header(format, elements) + body);
      REQUIRE(columns.size() == 8);
      const double expected[] = {-128,          255,          -32768, 65535,
                                 -2147483648.0, 4294967295.0, 1.25,   -2.5e-300};
      for (std::size_t i = 0; i < 8; ++i) {
        INFO(names[i].second);
        CHECK(numpy_name(columns[i].values.type) == std::string(names[i].second));
        CHECK(number_at(columns[i].values, 0) == expected[i]);
        CHECK(number_at(columns[i].values, 1) == static_cast<double>(i + 1));
      }
    }
  }
}

TEST_CASE("ply: other elements and lists are read over, before and after the vertices") {
  const std::string elements =
      "element camera 1\nproperty double focus\nproperty list uchar int views\n"
      "element vertex 2\nproperty float x\nproperty list ushort short near\nproperty float y\n"
      "property float z\nelement face 2\nproperty list uchar uint vertex_indices\n"
      "property uchar flag\n";
  const std::string ascii = "35.5 3 1 2 3\n1 0 2 3\n4 2 -7 -8 5 6\n3 0 1 1 9\n0 9\n";
  for (const bool is_big : {false, true}) {
    const auto u8 = [](int v) { return std::string(1, static_cast<char>(v)); };
    const auto i32 = [&](std::int32_t v) { return number(v, is_big); };
    const auto f = [&](float v) { return number(v, is_big); };
    const std::string binary = number(35.5, is_big) + u8(3) + i32(1) + i32(2) + i32(3) +  //
                               f(1) + number<std::uint16_t>(0, is_big) + f(2) + f(3) +    //
                               f(4) + number<std::uint16_t>(2, is_big) +
                               number<std::int16_t>(-7, is_big) + number<std::int16_t>(-8, is_big) +
                               f(5) + f(6) +  //
                               u8(3) + i32(0) + i32(1) + i32(1) + u8(9) + u8(0) + u8(9);
    for (const std::string& text :
         {header("ascii", elements) + ascii,
          header(is_big ? "binary_big_endian" : "binary_little_endian", elements) + binary}) {
      const auto columns = parse(text);
      REQUIRE(columns.size() == 3);
      for (std::size_t c = 0; c < 3; ++c) {
        CHECK(columns[c].name == std::string(1, static_cast<char>('x' + c)));
        CHECK(columns[c].values.as<float>()[0] == static_cast<float>(c + 1));
        CHECK(columns[c].values.as<float>()[1] == static_cast<float>(c + 4));
      }
    }
  }
}

TEST_CASE("ply: no vertices are no mistake") {
  CHECK(parse(header("ascii", "element vertex 0\n" + xyz))[2].values.size() == 0);
  CHECK(parse(header("binary_big_endian", "element vertex 0\n" + xyz))[2].values.size() == 0);
}

TEST_CASE("ply: malformed headers") {
  check_error("", "whose first line is 'ply'");
  check_error("plyx\n", "got 'plyx'");
  check_error("\x93NUMPY", "got '?NUMPY'");
  check_error("ply\n", "does not end");
  check_error("ply\nformat ascii 1.0\nelement vertex 1\n" + xyz, "does not end");
  check_error("ply\nelement vertex 0\n" + xyz + "end_header\n", "expected a format");
  check_error("ply\nformat binary 1.0\nend_header\n", "line 2: expected format ascii");
  check_error("ply\nformat ascii 2.0\nend_header\n", "got 'ascii 2.0'");
  check_error("ply\nformat ascii 1.0 x\nend_header\n", "expected nothing more, got ' x'");
  check_error("ply\nformat ascii 1.0\nformat ascii 1.0\nend_header\n", "line 3: a second format");
  check_error(header("ascii", ""), "expected an element vertex");
  check_error(header("ascii", "element face 0\nproperty int a\n"), "expected an element vertex");
  check_error(header("ascii", "element vertex 0\n"), "expected properties of element 'vertex'");
  check_error(header("ascii", "element vertex -1\n" + xyz), "got '-1' for a count");
  check_error(header("ascii", "element vertex 1.5\n" + xyz), "got '1.5' for a count");
  check_error(header("ascii", "element vertex\n" + xyz), "got '' for a count");
  check_error(header("ascii", "element vertex 99999999999999999999\n" + xyz), "for a count");
  check_error(header("ascii", "element vertex 0\n" + xyz + "element vertex 0\n" + xyz),
              "line 8: a second element 'vertex'");
  check_error(header("ascii", "element vertex 0\n" + xyz + "property int x\n"),
              "line 8: a second property 'x'");
  check_error(header("ascii", "property int x\nelement vertex 0\n"), "before the first element");
  check_error(header("ascii", "element vertex 0\nproperty half x\n"), "got 'half'");
  check_error(header("ascii", "element vertex 0\nproperty int128 x\n"), "got 'int128'");
  check_error(header("ascii", "element vertex 0\nproperty float\n"), "expected a name");
  check_error(header("ascii", "element vertex 0\nproperty list float int x\n"),
              "an integer type for the length");
  check_error(header("ascii", "element vertex 0\nproperty list uchar x\n"), "got 'x'");
  check_error(header("ascii", "elements vertex 0\n"), "got 'elements'");
}

TEST_CASE("ply: counts that the file cannot hold are refused before anything is allocated") {
  for (const std::string format : {"ascii", "binary_little_endian"}) {
    for (const char* count : {"9223372036854775807", "1000000000000", "3"}) {
      INFO(format << " " << count);
      check_error(header(format, "element vertex " + std::string(count) + "\n" + xyz) +
                      std::string(format == "ascii" ? "1 2 3\n4 5 6\n" : std::string(24, 'a')),
                  "expected " + std::string(count) + " rows of element 'vertex'");
    }
  }
  check_error(header("binary_little_endian", "element vertex 1\n" + xyz +
                                                 "element face 4000000000\nproperty list uchar "
                                                 "int vertex_indices\n") +
                  std::string(20, '\0'),
              "rows of element 'face'");
  // The length of a list is no better.
  check_error(header("binary_little_endian",
                     "element face 1\nproperty list uint double a\nelement vertex 0\n" + xyz) +
                  "\xff\xff\xff\xff" + std::string(16, 'a'),
              "ends within property 'a' (truncated)");
  check_error(
      header("ascii", "element face 1\nproperty list uint double a\nelement vertex 0\n" + xyz) +
          "4294967295 1 2\n",
      "the file ends within property 'a' (truncated)");
  check_error(header("binary_little_endian",
                     "element face 1\nproperty list char int a\nelement vertex 0\n" + xyz) +
                  "\xff",
              "expected a length of list 'a', got -1");
}

TEST_CASE("ply: malformed bodies") {
  const std::string vertices = "element vertex 2\n" + xyz;
  const std::string ascii = header("ascii", vertices);
  check_error(ascii + "1 2 3\n4 5 six\n", "line 10: expected float for property 'z', got 'six'");
  check_error(ascii + "10 20 30\n4 5\n", "the file ends within property 'z' (truncated)");
  // A number is missing, so that the row takes one of the next.
  check_error(ascii + "10 20\n4 5 6\n7 8 9\n", "line 10: expected the row to end, got ' 5 6'");
  check_error(ascii + "1 2 3 4\n5 6 7\n", "line 9: expected the row to end, got ' 4'");
  check_error(ascii + "1 2 3\n\n\n\n\n\n",
              "expected 2 rows of element 'vertex', got 1 (truncated)");
  check_error(ascii + "1 2 3\n4 5 0x6\n", "got '0x6'");
  check_error(ascii + "1 2 3\n4 5 6.5.4\n", "got '6.5.4'");
  const std::string bytes = header("ascii", "element vertex 1\nproperty uchar red\n");
  check_error(bytes + "256\n", "expected uchar for property 'red', got '256'");
  check_error(bytes + "-1\n", "got '-1'");
  for (const char* word : {"1.5", "256.0", "-1.0", "1e3", "nan", "inf", "1.#QNAN", "1.0x", "+-1"}) {
    check_error(bytes + word + "\n", "got '" + std::string(word) + "'");
  }
  const std::string binary = header("binary_big_endian", vertices);
  check_error(binary + std::string(23, 'a'), "got 23 bytes after the header, which hold at most 1");
  check_error(binary + std::string(25, 'a'), "1 bytes more than the header says");
}

TEST_CASE("ply: any single damaged byte is read or refused, never worse") {
  const std::string elements = "element face 1\nproperty list uchar int a\nelement vertex 2\n" +
                               xyz + "property list ushort uchar b\n";
  std::string binary = header("binary_little_endian", elements);
  binary += std::string(1, '\1') + little_endian(7, 4);
  for (int row = 0; row < 2; ++row) binary += std::string(12, 'a') + little_endian(1, 2) + "b";
  const std::string ascii = header("ascii", elements) + "1 7\n1 2 3 1 4\n5 6 7 0\n";
  int refused = 0;
  for (const std::string& good : {binary, ascii}) {
    CHECK(parse(good).size() == 3);
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const int change : {1, 0x20, 0x80, 0xff}) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ change);
        try {
          parse(bad);
        } catch (const failure& error) {
          CHECK(std::string(error.what()).rfind("c.ply: ", 0) == 0);
          ++refused;
        }
      }
    }
    for (std::size_t length = 0; length < good.size(); ++length) {
      // Of ascii the last line end may be missing.
      if (length + 1 == good.size() && good.back() == '\n') continue;
      CHECK_THROWS_AS(parse(good.substr(0, length)), failure);
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("ply: what is written is read again, and is what the format says") {
  array x = make_array(element::f32, {2}), n = make_array(element::i32, {2}),
        red = make_array(element::u8, {2});
  x.as<float>()[0] = 1;
  x.as<float>()[1] = -2;
  n.as<std::int32_t>()[0] = 258;
  n.as<std::int32_t>()[1] = -1;
  red.as<std::uint8_t>()[1] = 200;
  const std::string text = ply_text({{"x", x}, {"count", n}, {"red", red}});
  const std::string body = text.substr(text.find("end_header\n") + 11);
  CHECK(body == std::string("\x00\x00\x80\x3f\x02\x01\x00\x00\x00"
                            "\x00\x00\x00\xc0\xff\xff\xff\xff\xc8",
                            18));
  CHECK(text.rfind("ply\nformat binary_little_endian 1.0\n", 0) == 0);
  CHECK(text.find("element vertex 2\nproperty float x\nproperty int count\nproperty uchar red\n") !=
        std::string::npos);
  const auto columns = parse(text);
  REQUIRE(columns.size() == 3);
  CHECK(columns[0].values.bytes == x.bytes);
  CHECK(columns[1].values.bytes == n.bytes);
  CHECK(columns[2].values.bytes == red.bytes);
}
