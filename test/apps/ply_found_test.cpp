// PLY files as they are found: what strict readers refuse and every writer's users have.
#include <cmath>
#include <cstring>

#include "files/failure.hpp"
#include "files/ply.hpp"
#include "numpy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using strings = std::vector<std::string>;

std::vector<ply_column> parse(const std::string& text, strings* remarks = nullptr) {
  return parse_ply(reinterpret_cast<const std::byte*>(text.data()), text.size(), "c.ply", remarks);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

const std::string xyz = "property float x\nproperty float y\nproperty float z\n";

std::string header(const std::string& format, const std::string& elements) {
  return "ply\nformat " + format + " 1.0\ncomment by hand\n" + elements + "end_header\n";
}

/// Rows of x, y, z that are 1, 2, 3 and so on.
void check_counting(const std::vector<ply_column>& columns, std::int64_t rows) {
  REQUIRE(columns.size() == 3);
  for (std::size_t c = 0; c < 3; ++c) {
    REQUIRE(columns[c].values.size() == rows);
    for (std::int64_t row = 0; row < rows; ++row) {
      CHECK(columns[c].values.as<float>()[row] ==
            static_cast<float>(3 * row) + static_cast<float>(c + 1));
    }
  }
}

std::string counting_bytes(int rows) {
  std::vector<float> numbers;
  for (int i = 1; i <= 3 * rows; ++i) numbers.push_back(static_cast<float>(i));
  return test::bytes_of(numbers);
}

}  // namespace

TEST_CASE("ply as found: lines end with CR, LF or both") {
  const std::string ascii = header("ascii", "element vertex 2\n" + xyz) + "1 2 3\n4 5 6\n";
  const std::string head = header("binary_little_endian", "element vertex 2\n" + xyz);
  for (const char* end : {"\n", "\r\n", "\r"}) {
    check_counting(parse(replaced(ascii, "\n", end)), 2);
    check_counting(parse(replaced(head, "\n", end) + counting_bytes(2)), 2);
  }
}

TEST_CASE("ply as found: binary data that begins with a line end is data") {
  const std::string head = header("binary_little_endian",
                                  "element vertex 1\nproperty uchar a\n"
                                  "property uchar b\n");
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const auto columns = parse(replaced(head, "\n", end) + "\n\r");
    CHECK(columns[0].values.as<std::uint8_t>()[0] == '\n');
    CHECK(columns[1].values.as<std::uint8_t>()[0] == '\r');
  }
}

TEST_CASE("ply as found: rows over several lines") {
  const std::string head = header("ascii", "element vertex 2\n" + xyz);
  check_counting(parse(head + "1\n2\n3\n4\n5 6\n"), 2);
  check_counting(parse(head + "1 2\n\n 3\n4 5 6"), 2);
  const auto lists = parse(header("ascii", "element vertex 1\nproperty list uchar int a\n" + xyz) +
                           "3 7 8\n9 1\n2 3\n");
  check_counting(lists, 1);
}

TEST_CASE("ply as found: more rows than the header says are left unread, and said") {
  const std::string head = header("ascii", "element vertex 2\n" + xyz);
  strings remarks;
  check_counting(parse(head + "1 2 3\n4 5 6\n\n7 8 9\nx\n", &remarks), 2);
  CHECK(remarks == strings{"c.ply: left unread: 2 lines more than the header says, from line 12"});
  remarks.clear();
  check_counting(parse(head + "1 2 3\n4 5 6\n\n", &remarks), 2);
  CHECK(remarks.empty());
}

TEST_CASE("ply as found: line ends behind binary data") {
  const std::string file =
      header("binary_little_endian", "element vertex 2\n" + xyz) + counting_bytes(2);
  for (const char* end : {"\n", "\r\n", "\n\n"}) check_counting(parse(file + end), 2);
  CHECK_THROWS_AS(parse(file + "\nx"), input_failure);
  CHECK_THROWS_AS(parse(file + " "), input_failure);
}

TEST_CASE("ply as found: whole numbers with a point or an exponent") {
  const auto columns = parse(header("ascii",
                                    "element vertex 2\nproperty uchar red\nproperty short s\n"
                                    "property int64 n\nproperty uint64 u\n") +
                             "255.0 -32768.000 -9.5e1 18446744073709549568.0\n"
                             "1e2 3.2767e4 9223372036854774784.0 +7.\n");
  CHECK(columns[0].values.as<std::uint8_t>()[0] == 255);
  CHECK(columns[0].values.as<std::uint8_t>()[1] == 100);
  CHECK(columns[1].values.as<std::int16_t>()[0] == -32768);
  CHECK(columns[1].values.as<std::int16_t>()[1] == 32767);
  CHECK(columns[2].values.as<std::int64_t>()[0] == -95);
  CHECK(columns[2].values.as<std::int64_t>()[1] == 9223372036854774784);
  CHECK(columns[3].values.as<std::uint64_t>()[0] == 18446744073709549568U);
  CHECK(columns[3].values.as<std::uint64_t>()[1] == 7);
  for (const char* word : {"9223372036854775808.0", "-9223372036854777856.0", "0.5", "1e400"}) {
    INFO(word);
    CHECK_THROWS_AS(parse(header("ascii", "element vertex 1\nproperty int64 n\n") + word),
                    input_failure);
  }
}

TEST_CASE("ply as found: a byte order mark, and blanks behind 'ply'") {
  const std::string file = header("ascii", "element vertex 1\n" + xyz) + "1 2 3\n";
  check_counting(parse("\xef\xbb\xbf" + file), 1);
  check_counting(parse("ply \t" + file.substr(3)), 1);
  check_counting(parse(replaced(file, "\n", "  \n")), 1);
  for (const char* first : {"ply x", "plyx", "\xef\xbb", "\xef\xbb\xbf\xef\xbb\xbfply", " "}) {
    CHECK_THROWS_AS(parse(first + file.substr(3)), input_failure);
  }
}

TEST_CASE("ply as found: Microsoft's NaN and infinity") {
  const auto columns = parse(header("ascii", "element vertex 3\n" + xyz) +
                             "1.#QNAN -1.#IND 1.#INF\n1.#QNAN0 -1.#IND00 -1.#INF000\n"
                             "1.#SNAN nan(ind) -nan(ind)\n");
  for (std::int64_t row = 0; row < 3; ++row) {
    CHECK(std::isnan(columns[0].values.as<float>()[row]));
    CHECK(std::isnan(columns[1].values.as<float>()[row]));
  }
  CHECK(columns[2].values.as<float>()[0] == INFINITY);
  CHECK(columns[2].values.as<float>()[1] == -INFINITY);
  for (const char* word : {"1.#", "1.#X", "2.#INF", "1.#INFx", "#", "1.#IND1"}) {
    INFO(word);
    CHECK_THROWS_AS(parse(header("ascii", "element vertex 1\nproperty float x\n") + word),
                    input_failure);
  }
}

TEST_CASE("ply as found: an element without properties takes nothing, however many there are") {
  for (const char* count : {"0", "3", "9223372036854775807"}) {
    const std::string elements =
        "element empty " + std::string(count) + "\nelement vertex 1\n" + xyz + "element after 2\n";
    check_counting(parse(header("ascii", elements) + "\n\n1 2 3\n\n\n"), 1);
    check_counting(parse(header("binary_little_endian", elements) + counting_bytes(1)), 1);
  }
}

TEST_CASE("ply as found: integers of 64 bits") {
  const std::string elements = "element vertex 2\nproperty uint64 id\nproperty long t\n" + xyz +
                               "property list uint64 uchar near\n";
  const std::string row =
      test::little_endian(~std::uint64_t{0}, 8) + test::little_endian(std::uint64_t{1} << 63, 8);
  const std::string body = row + counting_bytes(1) + test::little_endian(2, 8) + "ab" + row +
                           counting_bytes(1) + test::little_endian(0, 8);
  const auto columns = parse(header("binary_little_endian", elements) + body);
  REQUIRE(columns.size() == 5);
  CHECK(columns[0].values.type == element::u64);
  CHECK(columns[0].values.as<std::uint64_t>()[1] == 18446744073709551615U);
  CHECK(columns[1].values.as<std::int64_t>()[1] == INT64_MIN);
  CHECK(columns[4].values.as<float>()[1] == 3);
  const auto ascii = parse(header("ascii", elements) +
                           "18446744073709551615 -9223372036854775808 1 2 3 0\n"
                           "1 2 3 4 5 1 6\n");
  CHECK(ascii[0].values.as<std::uint64_t>()[0] == 18446744073709551615U);
  CHECK(ascii[1].values.as<std::int64_t>()[0] == INT64_MIN);
  // A list of more than there can be.
  CHECK_THROWS_AS(
      parse(header("binary_little_endian", "element vertex 1\nproperty list uint64 double a\n") +
            std::string(8, '\xff') + "abc"),
      input_failure);
  CHECK_THROWS_AS(parse(header("ascii", "element vertex 1\nproperty list uint64 double a\n") +
                        "18446744073709551615 1 2\n"),
                  input_failure);
}
