// npy files as NumPy writes them of transposed, foreign, old and structured arrays. Bytes and
// values are worked by hand.
#include <cstring>

#include "files/failure.hpp"
#include "files/memory.hpp"
#include "files/npy.hpp"
#include "files/npz.hpp"
#include "numpy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using shape_type = std::vector<std::int64_t>;

array parse(const std::string& bytes) {
  return parse_npy(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size(), "a");
}

std::string reversed(std::string bytes) { return {bytes.rbegin(), bytes.rend()}; }

template <class T>
std::vector<T> values_of(const array& a) {
  return {a.as<T>(), a.as<T>() + a.size()};
}

}  // namespace

TEST_CASE("npy as found: Fortran order, which is how NumPy saves a transpose") {
  using ints = std::vector<std::int32_t>;
  // numpy.save of numpy.arange(6, dtype='i4').reshape(2, 3).T
  const array a = parse(test::npy(test::header("<i4", "(3, 2)", "True"),
                                  test::bytes_of<std::int32_t>({0, 1, 2, 3, 4, 5})));
  CHECK(a.shape == shape_type{3, 2});
  CHECK(values_of<std::int32_t>(a) == ints{0, 3, 1, 4, 2, 5});

  // Three axes: the element (i, j, k) is 100 i + 10 j + k, with i running fastest.
  ints file, expected;
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) file.push_back(100 * i + 10 * j + k);
    }
  }
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) expected.push_back(100 * i + 10 * j + k);
    }
  }
  CHECK(values_of<std::int32_t>(parse(test::npy(test::header("<i4", "(2, 3, 4)", "True"),
                                                test::bytes_of(file)))) == expected);
  for (const char* shape : {"(6,)", "(1, 6)", "(6, 1)", "(1, 6, 1)"}) {
    INFO(shape);
    const array same = parse(test::npy(test::header("<i4", shape, "True"),
                                       test::bytes_of<std::int32_t>({0, 1, 2, 3, 4, 5})));
    CHECK(values_of<std::int32_t>(same) == ints{0, 1, 2, 3, 4, 5});
  }
  CHECK(parse(test::npy(test::header("<i4", "(0, 7)", "True"), "")).shape == shape_type{0, 7});
  CHECK(values_of<std::int32_t>(parse(
            test::npy(test::header("<i4", "()", "True"), test::little_endian(9, 4)))) == ints{9});
}

TEST_CASE("npy as found: big-endian elements") {
  const auto first = [](const char* descr, const std::string& bytes) {
    return number_at(parse(test::npy(test::header(descr, "(1,)"), bytes)), 0);
  };
  CHECK(first(">f8", "\x40\x08" + std::string(6, '\0')) == 3);
  CHECK(first(">f4", std::string("\xc0\x20\0\0", 4)) == -2.5);
  CHECK(first(">f2", std::string("\x3e\0", 2)) == 1.5);
  CHECK(first(">i2", "\xff\xfe") == -2);
  CHECK(first(">u4", "\xff\xff\xff\xfd") == 4294967293.0);
  CHECK(first(">i1", "\x80") == -128);
  const array date =
      parse(test::npy(test::header(">M8[us]", "(1,)"), reversed(test::little_endian(258, 8))));
  CHECK(date.as<std::int64_t>()[0] == 258);
  CHECK(type_text(date) == "datetime64[us]");
  CHECK(npy_header(date).find("'<M8[us]'") != std::string::npos);
  // Both at once.
  const array both =
      parse(test::npy(test::header(">i2", "(2, 2)", "True"), std::string("\0\1\0\2\0\3\0\4", 8)));
  CHECK(values_of<std::int16_t>(both) == std::vector<std::int16_t>{1, 3, 2, 4});
}

TEST_CASE("npy as found: native order, and long extents of Python 2") {
  const array a = parse(test::npy(test::header("=f8", "(3L, 2L)"), std::string(48, '\0')));
  CHECK(a.type == element::f64);
  CHECK(a.shape == shape_type{3, 2});
  CHECK(parse(test::npy(test::header("<f4", "(5L,)"), std::string(20, '\0'))).size() == 5);
  CHECK(parse(test::npy(test::header("=u1", "(5L,)"), "hello")).size() == 5);
  for (const char* shape : {"(5LL,)", "(5l,)", "(L,)", "(5 L,)", "(5L)"}) {
    INFO(shape);
    CHECK_THROWS_AS(parse(test::npy(test::header("|u1", shape), "hello")), input_failure);
  }
}

TEST_CASE("npy as found: structured arrays, field by field") {
  // numpy.save of an array of dtype [('t', '<u8'), ('x', '<f4'), ('', '|V3'), ('rgb', '|u1', (3,)),
  // (('intensity in counts', 'i'), '>u2')] with two elements.
  const std::string head =
      "{'descr': [('t', '<u8'), ('x', '<f4'), ('', '|V3'), ('rgb', '|u1', (3,)), "
      "(('intensity in counts', 'i'), '>u2')], 'fortran_order': False, 'shape': (2,), }";
  const auto element_of = [](std::uint64_t t, float x, const std::string& rgb, std::uint64_t i) {
    return test::little_endian(t, 8) + test::bytes_of<float>({x}) + "pad" + rgb +
           reversed(test::little_endian(i, 2));
  };
  const std::string file =
      test::npy(head, element_of(7, 1.5F, "abc", 258) + element_of(8, -2, "def", 3));
  const auto fields =
      parse_npy_fields(reinterpret_cast<const std::byte*>(file.data()), file.size(), "a");
  REQUIRE(fields.size() == 4);
  CHECK(fields[0].name == "t");
  CHECK(values_of<std::uint64_t>(fields[0].values) == std::vector<std::uint64_t>{7, 8});
  CHECK(values_of<float>(fields[1].values) == std::vector<float>{1.5F, -2});
  CHECK(fields[2].name == "rgb");
  CHECK(fields[2].values.shape == shape_type{2, 3});
  CHECK(fields[2].width == 3);
  CHECK(values_of<std::uint8_t>(fields[2].values) ==
        std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
  CHECK(fields[3].name == "i");
  CHECK(values_of<std::uint16_t>(fields[3].values) == std::vector<std::uint16_t>{258, 3});

  const test::temporary_directory here;
  test::write_bytes(here / "a.npy", file);
  test::write_bytes(here / "a.npz",
                    test::zip({{"scan.npy", file}, {"p.npy", test::npy_of({1, 2}, "(2,)")}}));
  CHECK(number_at(array_file(here / "a.npy").read("x"), 1) == -2);
  const array_file archive(here / "a.npz");
  CHECK(number_at(archive.read("scan.i"), 0) == 258);
  CHECK(archive.read_fields("p").size() == 1);
  for (const char* missing : {"scan.y", "scan.", "x", "p.", "p.x", "", "none.x"}) {
    INFO(missing);
    CHECK_THROWS_AS(archive.read(missing), input_failure);
  }
  CHECK_THROWS_AS(archive.read("scan"), input_failure);
  CHECK_THROWS_AS(archive.read_fields("none"), input_failure);
  CHECK_THROWS_AS(array_file(here / "a.npy").read("y"), input_failure);
}

TEST_CASE("npy as found: a structured array in Fortran order") {
  // Elements (i, j) hold 10 i + j, with i running fastest in the file.
  std::string bytes;
  for (std::uint64_t j = 0; j < 3; ++j) {
    for (std::uint64_t i = 0; i < 2; ++i) bytes += "p" + test::little_endian(10 * i + j, 2);
  }
  const std::string file = test::npy(
      "{'descr': [('', '|V1'), ('v', '<i2')], 'fortran_order': True, 'shape': (2, 3), }", bytes);
  const auto fields =
      parse_npy_fields(reinterpret_cast<const std::byte*>(file.data()), file.size(), "a");
  REQUIRE(fields.size() == 1);
  CHECK(values_of<std::int16_t>(fields[0].values) ==
        std::vector<std::int16_t>{0, 1, 2, 10, 11, 12});
}

TEST_CASE("npy as found: structures that cannot be are refused") {
  const auto fails = [](const std::string& descr, const std::string& shape,
                        const std::string& bytes) {
    const std::string file = test::npy(
        "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }", bytes);
    INFO(descr << " " << shape);
    CHECK_THROWS_AS(
        parse_npy_fields(reinterpret_cast<const std::byte*>(file.data()), file.size(), "a"),
        input_failure);
  };
  fails("[]", "(9223372036854775807,)", "");
  fails("[('x', '<f4', (0,))]", "(9223372036854775807,)", "");
  fails("[('', '|V4')]", "(1,)", "abcd");
  fails("[('x', '|V4'), ('y', '<f4')]", "(2,)", "abcdefgh");  // too few
  fails("[('x', [('y', '<f4')])]", "(1,)", "abcd");
  fails("[('x', '<f4', (4294967296, 4294967296))]", "(0,)", "");
  fails("[('x', '<f4', (16777216,))]", "(0,)", "");
  fails("[('x', '|O')]", "(1,)", "abcdefgh");
  fails("[('x', '<f4'", "(1,)", "abcd");
  fails("[('x')]", "(1,)", "abcd");
  fails("['x']", "(1,)", "abcd");
  fails("[('x', '<f4') ('y', '<f4')]", "(1,)", "abcdefgh");
}

TEST_CASE("readers take no more memory than their caller allows") {
  const std::string file = test::npy(test::header("<f4", "(1000,)"), std::string(4000, '\0'));
  {
    const memory_limit limit(4000);
    CHECK(parse(file).size() == 1000);
    const memory_limit less(3999);
    try {
      parse(file);
      FAIL("no failure");
    } catch (const memory_failure& error) {
      CHECK(std::string(error.what()) ==
            "an array of float32 (1000,): needs 4000 bytes (4 kB) of memory, and 4 kB are allowed");
    }
  }
  CHECK(parse(file).size() == 1000);
  // A member says how large it is before it is inflated.
  const test::temporary_directory here;
  test::write_bytes(here / "a.npz", test::zip({{"a.npy", file, true}}));
  const array_file archive(here / "a.npz");
  const memory_limit limit(2000);
  CHECK_THROWS_AS(archive.read("a"), memory_failure);
}
