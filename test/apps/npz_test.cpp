#include "files/npz.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "files/failure.hpp"
#include "files/npy.hpp"
#include "files/output.hpp"
#include "numpy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using namespace robocache::cli;
using robocache::element;
using robocache::f16;
using shape_type = std::vector<std::int64_t>;

array parse(const std::string& bytes) {
  return parse_npy(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size(),
                   "x.npz: array 'a'");
}

/// The message of the `failure` that `f` ends with; empty when it does not fail.
template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const input_failure& error) {
    return error.what();
  }
  return "";
}

void check_error(const std::string& error, const std::vector<std::string>& parts) {
  INFO("the error was: " << error);
  CHECK_FALSE(error.empty());
  for (const std::string& part : parts) {
    INFO("expected in it: " << part);
    CHECK(error.find(part) != std::string::npos);
  }
}

void check_parse_error(const std::string& bytes, const std::vector<std::string>& parts) {
  const std::string error = error_of([&] { parse(bytes); });
  check_error(error, parts);
  CHECK(error.find("x.npz: array 'a'") == 0);
}

/// Reads array `name` of a file with these bytes.
std::string read_error(const std::string& bytes, const std::string& name = "a") {
  const test::temporary_directory directory;
  test::write_bytes(directory / "f.npz", bytes);
  const std::string error = error_of([&] { return array_file(directory / "f.npz").read(name); });
  CHECK((error.empty() || error.find(directory / "f.npz") == 0));
  return error;
}

const std::vector<double> six = {0.0, -1.5, 2.0, 1e300, -0.0, 0x1p-1074};

}  // namespace

TEST_CASE("npy: versions 1 to 3 hold the same array") {
  for (const int version : {1, 2, 3}) {
    const array a = parse(test::npy(test::header("<f8", "(2, 3)"), test::bytes_of(six), version));
    CHECK(a.type == element::f64);
    CHECK(a.shape == shape_type{2, 3});
    CHECK(std::memcmp(a.bytes.data(), six.data(), 48) == 0);
  }
}

TEST_CASE("npy: every element type that is read") {
  const auto first = [](const char* descr, const std::string& bytes) {
    const array a = parse(test::npy(test::header(descr, "(1,)"), bytes));
    return std::string(numpy_name(a.type)) + " " + std::to_string(number_at(a, 0));
  };
  CHECK(first("|b1", "\1") == "bool 1.000000");
  CHECK(first("|i1", "\x80") == "int8 -128.000000");
  CHECK(first("<i1", "\x80") == "int8 -128.000000");
  CHECK(first("|u1", "\xff") == "uint8 255.000000");
  CHECK(first("<i2", test::little_endian(0xfffe, 2)) == "int16 -2.000000");
  CHECK(first("<u2", test::little_endian(0xfffe, 2)) == "uint16 65534.000000");
  CHECK(first("<i4", test::little_endian(0xfffffffd, 4)) == "int32 -3.000000");
  CHECK(first("<u4", test::little_endian(0xfffffffd, 4)) == "uint32 4294967293.000000");
  CHECK(first("<i8", test::little_endian(~std::uint64_t{0}, 8)) == "int64 -1.000000");
  CHECK(first("<u8", test::little_endian(std::uint64_t{1} << 63, 8)) ==
        "uint64 9223372036854775808.000000");
  CHECK(first("<f2", test::little_endian(0x3e00, 2)) == "float16 1.500000");
  CHECK(first("<f4", test::little_endian(0xc0200000, 4)) == "float32 -2.500000");
  CHECK(first("<f8", test::little_endian(0x4008000000000000, 8)) == "float64 3.000000");
}

TEST_CASE("npy: times keep their unit, and are written as they were read") {
  for (const char* descr : {"<M8[us]", "<M8[10ms]", "<m8[ns]", "<M8[D]"}) {
    const array a = parse(test::npy(test::header(descr, "(1,)"), test::little_endian(7, 8)));
    CHECK(a.type == element::i64);
    CHECK(a.as<std::int64_t>()[0] == 7);
    CHECK("<" + a.date == descr);
    CHECK(npy_header(a).find(std::string("'") + descr + "'") != std::string::npos);
  }
  const auto text = [](const char* descr) {
    return type_text(parse(test::npy(test::header(descr, "(1,)"), test::little_endian(7, 8))));
  };
  CHECK(text("<M8[us]") == "datetime64[us]");
  CHECK(text("<m8[10ms]") == "timedelta64[10ms]");
  CHECK(text("<i8") == "int64");
}

TEST_CASE("npy: shapes, spacing and quotes as Python writes them") {
  const auto shape_of = [](const std::string& text, std::size_t count) {
    return parse(test::npy(text, std::string(count * 8, '\0'))).shape;
  };
  CHECK(shape_of("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 1).empty());
  CHECK(shape_of("{'descr': '<f8', 'fortran_order': True, 'shape': (), }", 1).empty());
  CHECK(shape_of("{'descr': '<f8', 'fortran_order': True, 'shape': (3,), }", 3) == shape_type{3});
  CHECK(shape_of("{'shape':(2,3,),'fortran_order':False,'descr':\"<f8\"}   \n", 6) ==
        shape_type{2, 3});
  CHECK(shape_of(test::header("<f8", "(0, 7)"), 0) == shape_type{0, 7});
}

TEST_CASE("npy: what is wrong with a header is said") {
  const std::string data = test::bytes_of(six);
  check_parse_error("hello, world", {"expected an npy array", "'hello,'"});
  check_parse_error("", {"expected an npy array"});
  check_parse_error("\x93NUMPY", {"truncated"});
  check_parse_error(std::string("\x93NUMPY\1\0", 8), {"truncated"});
  check_parse_error(std::string("\x93NUMPY\2\0\1\0", 10), {"truncated"});
  check_parse_error(test::npy(test::header("<f8", "(6,)"), data, 4), {"version", "got 4.0"});
  check_parse_error(test::npy(test::header("<f8", "(6,)"), data).substr(0, 40), {"truncated"});
  check_parse_error(std::string("\x93NUMPY\2\0\xff\xff\xff\x7f", 12) + data, {"too long"});

  const auto text = [&](const std::string& t) { return test::npy(t, data); };
  check_parse_error(text(""), {"malformed", "'{'"});
  check_parse_error(text("{}"), {"malformed", "no 'descr'"});
  check_parse_error(text("{'descr': '<f8', 'shape': (6,)}"), {"malformed", "fortran_order"});
  check_parse_error(text("{'descr': '<f8', 'fortran_order': False, 'shape': (6,)} x"),
                    {"malformed", "'x'"});
  check_parse_error(text("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (6,)}"),
                    {"malformed", "repeated", "'descr'"});
  check_parse_error(text("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), 'x': 1}"),
                    {"malformed", "unknown", "'x'"});
  check_parse_error(text("{'descr': '<f8', 'fortran_order': 0, 'shape': (6,)}"),
                    {"malformed", "True or False"});
  check_parse_error(text("{'descr': '<f8"), {"malformed", "does not end"});
  check_parse_error(text(test::header("<f8", "(6)")), {"malformed", "tuple"});
  check_parse_error(text(test::header("<f8", "6")), {"malformed", "'('"});
  check_parse_error(text(test::header("<f8", "(6 1)")), {"malformed"});
  check_parse_error(text(test::header("<f8", "(,)")), {"malformed"});
  check_parse_error(text(test::header("<f8", "(-6,)")), {"malformed", "negative"});
  check_parse_error(text(test::header("<f8", "(6.0,)")), {"malformed"});
}

TEST_CASE("npy: element types that are not read") {
  const auto type = [](const char* descr) {
    return test::npy(test::header(descr, "(1,)"), std::string(8, '\0'));
  };
  check_parse_error(type("|O"), {"Python objects", "never unpickled"});
  check_parse_error(type("<c16"), {"unknown element type", "'<c16'"});
  check_parse_error(type("<U4"), {"unknown element type"});
  for (const char* date : {"<M8", "<M8[]", "<M8[10]", "<M8[min]", "<M8[us", "M8[us]", "|M8[us]"}) {
    check_parse_error(type(date), {"unknown element type", "datetime64"});
  }
  check_parse_error(type(""), {"unknown element type"});
  check_parse_error(type("<f16"), {"unknown element type"});
  check_parse_error(type("f8"), {"unknown element type"});
  check_parse_error(type("|f8"), {"unknown element type"});
  check_parse_error(
      test::npy("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,)}", "12345678"),
      {"structured", "fields x behind a point, as in ARRAY.FIELD"});
}

TEST_CASE("npy: sizes that do not fit") {
  const std::string data = test::bytes_of(six);
  check_parse_error(test::npy(test::header("<f8", "(7,)"), data), {"56 bytes", "48", "truncated"});
  check_parse_error(test::npy(test::header("<f8", "(5,)"), data), {"40 bytes", "48", "too many"});
  check_parse_error(test::npy(test::header("<f8", "(0,)"), data), {"0 bytes", "48"});
  const auto shape = [&](const std::string& s) { return test::npy(test::header("<f8", s), data); };
  check_parse_error(shape("(9223372036854775807,)"), {"too large to be true"});
  check_parse_error(shape("(9223372036854775808,)"), {"2^63"});
  check_parse_error(shape("(4294967296, 4294967296)"), {"too large to be true"});
  check_parse_error(shape("(2305843009213693952, 8)"), {"too large to be true"});
  check_parse_error(shape("(0, 4294967296, 4294967296)"), {"too large to be true"});
  std::string many = "(";
  for (int i = 0; i < 33; ++i) many += "1, ";
  check_parse_error(shape(many + ")"), {"33 dimensions"});
}

TEST_CASE("npy: any single byte gone or changed never crashes") {
  const std::string good = test::npy(test::header("<f8", "(2, 3)"), test::bytes_of(six));
  for (std::size_t size = 0; size < good.size(); ++size) {
    INFO("cut to " << size);
    CHECK_FALSE(error_of([&] { parse(good.substr(0, size)); }).empty());
  }
  int refused = 0;
  for (std::size_t at = 0; at + 48 < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      try {
        // What is accepted must be an array of the 48 bytes, nothing else.
        const array a = parse(bad);
        if (a.bytes.size() != 48 ||
            a.size() * static_cast<std::int64_t>(bytes_each(a.type)) != 48) {
          FAIL("byte " << at << " = " << value << " gave an array of the wrong size");
        }
      } catch (const failure&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 10000);
}

TEST_CASE("npz: stored and deflated members") {
  const test::temporary_directory directory;
  const std::string path = directory / "f.npz";
  const std::string big = test::npy(test::header("<f4", "(100000,)"), std::string(400000, 'x'));
  test::write_bytes(path, test::zip({{"a.npy", test::npy_of(six, "(6,)")},
                                     {"b.npy", test::npy_of(six, "(3, 2)"), true},
                                     {"notes.txt", "not an array"},
                                     {"big.npy", big, true}}));
  const array_file file(path);
  CHECK(file.names() == std::vector<std::string>{"a", "b", "big"});
  CHECK(file.read("a").shape == shape_type{6});
  const array b = file.read("b");
  CHECK(b.shape == shape_type{3, 2});
  CHECK(std::memcmp(b.bytes.data(), six.data(), 48) == 0);
  double last = -1;
  int calls = 0;
  CHECK(file.read("big",
                  [&](double part) {
                    CHECK(part >= last);
                    last = part;
                    ++calls;
                  })
            .size() == 100000);
  CHECK(last == 1.0);
  CHECK(calls > 0);
  check_error(error_of([&] { return file.read("c"); }), {path, "'c'", "a, b, big"});
}

TEST_CASE("npz: a bare npy file is read as well") {
  const test::temporary_directory directory;
  test::write_bytes(directory / "f.npy", test::npy_of(six, "(6,)"));
  const array_file file(directory / "f.npy");
  CHECK(file.names() == std::vector<std::string>{""});
  CHECK(file.read("").size() == 6);
  check_error(error_of([&] { return file.read("a"); }), {"'a'", "no named arrays"});
}

TEST_CASE("npz: files that are none") {
  check_error(read_error(""), {"an empty file"});
  check_error(read_error("<html>"), {"expected a NumPy file", "'<html>'"});
  check_error(read_error("PK nonsense"), {"truncated or damaged"});
  check_error(error_of([] { array_file("/no/such/file.npz"); }), {"/no/such/file.npz", "No such"});
  const test::temporary_directory directory;
  check_error(error_of([&] { array_file(directory / ""); }), {"directory"});
}

TEST_CASE("npz: damage is found, whatever the method") {
  const std::string content = test::npy_of(six, "(6,)");
  for (const bool deflate : {false, true}) {
    INFO("deflated " << deflate);
    CHECK(read_error(test::zip({{"a.npy", content, deflate}})).empty());
    check_error(read_error(test::zip({{"a.npy", content, deflate, 1}})), {"array 'a'", "CRC"});
    check_error(read_error(test::zip({{"a.npy", content, deflate}, {"a.npy", content, deflate}})),
                {"two of the same"});
    check_error(read_error(test::zip({{"a.npy", content.substr(0, 100), deflate}})),
                {"array 'a'", "truncated"});
    CHECK_FALSE(read_error(test::zip({{"a.npy", content, deflate, 0, 8}})).empty());
    CHECK_FALSE(read_error(test::zip({{"a.npy", content, deflate, 0, -8}})).empty());
    const std::string good = test::zip({{"a.npy", content, deflate}});
    for (std::size_t size = 0; size < good.size(); size += 7) {
      INFO("cut to " << size);
      CHECK_FALSE(read_error(good.substr(0, size)).empty());
    }
    // Every byte of the payload counts.
    for (std::size_t at = 35 + 5; at < 35 + content.size(); at += 11) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x40);
      INFO("changed byte " << at);
      CHECK_FALSE(read_error(bad).empty());
    }
  }
}

TEST_CASE("npz: a claim of terabytes costs no memory") {
  const std::string content = test::npy_of(six, "(6,)");
  check_error(read_error(test::zip({{"a.npy", content, true, 0, 0xf0000000}})),
              {"cannot come from"});
  CHECK_FALSE(read_error(test::zip({{"a.npy", content, false, 0, 0xf0000000}})).empty());
}

TEST_CASE("npz: names that libzip refuses are not called damage") {
  const std::string content = test::npy_of(six, "(6,)");
  // The flag of UTF-8, as Python sets it for names beyond ASCII.
  const auto with_name = [&](const std::string& name) {
    std::string bytes = test::zip({{name, content}});
    bytes[7] = static_cast<char>(bytes[7] | 8);
    const std::size_t entry = bytes.find("PK\1\2");
    bytes[entry + 9] = static_cast<char>(bytes[entry + 9] | 8);
    return bytes;
  };
  CHECK(read_error(with_name("\xc3\xa9.npy"), "\xc3\xa9").empty());
  for (const auto& [name, shown] : {std::pair{"\x01\xc3\xa9.npy", "'\\x01\xc3\xa9.npy'"},
                                    std::pair{"\xc3\xa9\x1b[31m.npy", "\\x1b[31m.npy'"},
                                    std::pair{"\xe9.npy", "'\\xe9.npy'"}}) {
    const std::string error = read_error(with_name(name));
    check_error(error, {"names are UTF-8 without control characters", shown});
    CHECK(error.find("truncated") == std::string::npos);
  }
}

TEST_CASE("npz: methods other than stored and deflated") {
  check_error(read_error(test::zip({{"a.npy", test::npy_of(six, "(6,)"), false, 0, 0, 12}})),
              {"stored or deflated", "12"});
}

TEST_CASE("npz: what is written is read back, and twice gives the same file") {
  const test::temporary_directory directory;
  array a = make_array(element::f64, {2, 3});
  std::memcpy(a.bytes.data(), six.data(), 48);
  const array none = make_array(element::f32, {0, 4});
  array mask = make_array(element::boolean, {3});
  mask.as<bool>()[1] = true;
  array scalar = make_array(element::i64, {});
  scalar.as<std::int64_t>()[0] = INT64_MIN;
  for (const char* name : {"one.npz", "two.npz"}) {
    write_npz(directory / name, {{"a", &a}, {"none", &none}, {"mask", &mask}, {"scalar", &scalar}});
  }
  CHECK(test::read_bytes(directory / "one.npz") == test::read_bytes(directory / "two.npz"));
  CHECK(directory.files().size() == 2);

  const array_file file(directory / "one.npz");
  CHECK(file.names() == std::vector<std::string>{"a", "none", "mask", "scalar"});
  CHECK(file.read("a").bytes == a.bytes);
  CHECK(file.read("a").shape == a.shape);
  CHECK(file.read("none").shape == shape_type{0, 4});
  CHECK(file.read("mask").type == element::boolean);
  CHECK(number_at(file.read("mask"), 1) == 1.0);
  CHECK(file.read("scalar").as<std::int64_t>()[0] == INT64_MIN);
}

TEST_CASE("npy: headers as NumPy writes them") {
  const std::string text = npy_header(make_array(element::f32, {2751, 14}));
  CHECK(text.size() % 64 == 0);
  CHECK(text.substr(0, 8) == std::string("\x93NUMPY\1\0", 8));
  CHECK(text.substr(10, 59) == "{'descr': '<f4', 'fortran_order': False, 'shape': (2751, 14");
  CHECK(text.back() == '\n');
  CHECK(npy_header(make_array(element::boolean, {3})).find("'|b1'") != std::string::npos);
  CHECK(npy_header(make_array(element::boolean, {3})).find("(3,)") != std::string::npos);
}

TEST_CASE("npz: a failed write leaves the old file alone") {
  const test::temporary_directory directory;
  const array a = make_array(element::f64, {3});
  try {
    write_npz(directory / "no/such/directory.npz", {{"a", &a}});
    FAIL("it was written");
  } catch (const output_failure& error) {
    CHECK(std::string(error.what()).find("no/such/directory.npz") != std::string::npos);
  }
  std::filesystem::create_directory(directory / "taken.npz");
  CHECK_THROWS_AS(write_npz(directory / "taken.npz", {{"a", &a}}), output_failure);
  CHECK_THROWS_AS(write_file(directory / "taken.npz", "text"), output_failure);
  CHECK(directory.files() == std::vector<std::string>{"taken.npz"});
}
