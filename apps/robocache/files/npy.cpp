#include "files/npy.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "files/failure.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr std::size_t longest_header = 1 << 16;
constexpr std::size_t most_dimensions = 32;

struct type_descr {
  element type;
  std::string_view text;  // as written; of single bytes the order is not read
};

constexpr type_descr descrs[] = {
    {element::boolean, "|b1"}, {element::i8, "|i1"},  {element::i16, "<i2"}, {element::i32, "<i4"},
    {element::i64, "<i8"},     {element::u8, "|u1"},  {element::u16, "<u2"}, {element::u32, "<u4"},
    {element::u64, "<u8"},     {element::f16, "<f2"}, {element::f32, "<f4"}, {element::f64, "<f8"},
};

/// The dictionary that heads an .npy file: a Python literal with exactly three known keys.
class header_parser {
 public:
  header_parser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  struct result {
    std::string descr;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
  };

  result parse() {
    result header;
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !has_descr) {
        has_descr = true;
        header.descr = descr();
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        header.fortran_order = boolean();
      } else if (key == "shape" && !has_shape) {
        has_shape = true;
        header.shape = tuple();
      } else {
        malformed("an unknown or repeated key " + in_quotes(key));
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (!rest_.empty()) malformed(in_quotes(rest_) + " after the dictionary");
    if (!has_descr || !has_order || !has_shape) {
      malformed("no 'descr', 'fortran_order' or 'shape'");
    }
    return header;
  }

 private:
  [[noreturn]] void malformed(const std::string& what) const {
    bad_input(where_ + ": malformed npy header: " + what);
  }

  void skip_spaces() {
    const std::size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(n, rest_.size()));
  }

  bool take(char c) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!take(c)) malformed(std::string("expected '") + c + "', got " + in_quotes(rest_));
  }

  bool take_word(std::string_view word) {
    skip_spaces();
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string string() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) malformed("a string that does not end");
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::string descr() {
    skip_spaces();
    if (!rest_.empty() && rest_.front() == '[') {
      bad_input(where_ + ": expected a plain element type, got a structured one");
    }
    return string();
  }

  bool boolean() {
    if (take_word("True")) return true;
    if (take_word("False")) return false;
    malformed("expected True or False, got " + in_quotes(rest_));
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> extents;
    expect('(');
    bool comma = false;
    while (!take(')')) {
      if (!extents.empty() && !comma) malformed("expected ',', got " + in_quotes(rest_));
      extents.push_back(integer());
      comma = take(',');
    }
    if (extents.size() == 1 && !comma) malformed("a shape that is no tuple");
    if (extents.size() > most_dimensions) {
      malformed(std::to_string(extents.size()) + " dimensions, at most 32 are read");
    }
    return extents;
  }

  std::int64_t integer() {
    skip_spaces();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) malformed("an extent above 2^63 - 1");
    if (error != std::errc()) malformed("expected an extent, got " + in_quotes(rest_));
    if (value < 0) malformed("a negative extent " + std::to_string(value));
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (!rest_.empty() && rest_.front() == 'L') rest_.remove_prefix(1);  // Python 2
    return value;
  }

  std::string_view rest_;
  const std::string& where_;
};

/// Whether `text` is that of times, such as "<M8[us]" or "<m8[10ms]", in either byte order.
bool is_date(std::string_view text) {
  constexpr std::string_view units[] = {"Y",  "M",  "W",  "D",  "h",  "m", "s",
                                        "ms", "us", "ns", "ps", "fs", "as"};
  if (text.size() < 6 || text.back() != ']') return false;
  const std::string_view kind = text.substr(1, 3);
  if (kind != "M8[" && kind != "m8[") return false;
  text = text.substr(4, text.size() - 5);
  text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
  return std::find(std::begin(units), std::end(units), text) != std::end(units);
}

struct element_layout {
  element type;
  bool is_swapped = false;  // big-endian
};

element_layout parse_descr(const std::string& text, const std::string& where) {
  const char order = text.empty() ? ' ' : text[0];
  const bool is_ordered = order == '<' || order == '>' || order == '=';  // = is that of the machine
  if (is_ordered && is_date(text)) return {element::i64, order == '>'};
  for (const type_descr& known : descrs) {
    if (text.size() != 3 || text.substr(1) != known.text.substr(1)) continue;
    if (bytes_each(known.type) == 1 && (is_ordered || order == '|')) return {known.type};
    if (is_ordered) return {known.type, order == '>'};
  }
  if (text.find('O') != std::string::npos) {
    bad_input(where + ": expected numbers, got Python objects (element " + in_quotes(text) +
              "), which are never unpickled");
  }
  bad_input(where + ": unknown element type " + in_quotes(text) +
            "; expected bool, int8 to int64, uint8 to uint64, float16 to float64, or datetime64 "
            "or timedelta64 with a unit");
}

void swap_bytes(array& values) {
  const std::size_t size = bytes_each(values.type);
  for (auto at = values.bytes.begin(); at != values.bytes.end();
       at += static_cast<std::ptrdiff_t>(size)) {
    std::reverse(at, at + static_cast<std::ptrdiff_t>(size));
  }
}

/// Copies elements whose first index runs fastest, as NumPy saves a transposed array, to where the
/// last one does.
void copy_fortran(const std::byte* from, array& to) {
  const std::size_t rank = to.shape.size(), size = bytes_each(to.type);
  std::vector<std::int64_t> strides(rank, 1), index(rank, 0);
  for (std::size_t r = rank; r-- > 1;) strides[r - 1] = strides[r] * to.shape[r];
  std::int64_t place = 0;
  for (std::int64_t i = 0; i < to.size(); ++i) {
    std::copy_n(from, size, to.bytes.begin() + place * static_cast<std::int64_t>(size));
    from += size;
    for (std::size_t r = 0; r < rank; ++r) {
      place += strides[r];
      if (++index[r] < to.shape[r]) break;
      place -= strides[r] * to.shape[r];
      index[r] = 0;
    }
  }
}

/// The bytes that the elements take. Fails where the count does not fit 63 bits, with a zero
/// extent among absurd ones as well.
std::size_t payload_of(const std::vector<std::int64_t>& shape, element type,
                       const std::string& where) {
  auto bytes = static_cast<std::int64_t>(bytes_each(type));
  bool empty = false;
  for (const std::int64_t extent : shape) {
    empty = empty || extent == 0;
    if (extent != 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
      bad_input(where + ": the shape " + shape_text(shape) + " is too large to be true");
    }
  }
  return empty ? 0 : static_cast<std::size_t>(bytes);
}

/// Where the text of the header lies in the file.
struct header_place {
  std::size_t start, length;
};

header_place find_header(const std::byte* bytes, std::size_t size, const std::string& where) {
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
  if (size < 8) bad_input(where + ": truncated inside the npy header");
  const std::size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    bad_input(where + ": expected npy version 1.0, 2.0 or 3.0, got " + std::to_string(version) +
              "." + std::to_string(byte(7)));
  }
  const std::size_t start = version == 1 ? 10 : 12;
  if (size < start) bad_input(where + ": truncated inside the npy header");
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > longest_header) {
    bad_input(where + ": an npy header of " + std::to_string(length) +
              " bytes is too long to be true");
  }
  if (size - start < length) bad_input(where + ": truncated inside the npy header");
  return {start, length};
}

}  // namespace

array parse_npy(const std::byte* bytes, std::size_t size, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (text.substr(0, npy_magic.size()) != npy_magic) {
    bad_input(where + ": expected an npy array (\\x93NUMPY), got " + in_quotes(text.substr(0, 6)));
  }
  const auto [start, length] = find_header(bytes, size, where);
  const auto header = header_parser(text.substr(start, length), where).parse();
  const auto [type, is_swapped] = parse_descr(header.descr, where);
  const std::size_t needed = payload_of(header.shape, type, where);
  const std::size_t present = size - start - length;
  if (present != needed) {
    bad_input(where + ": expected " + std::to_string(needed) + " bytes of " + numpy_name(type) +
              " " + shape_text(header.shape) + ", got " + std::to_string(present) +
              (present < needed ? " (truncated)" : " (too many)"));
  }
  array result = make_array(type, header.shape);
  if (is_date(header.descr)) result.date = header.descr.substr(1);
  const std::byte* const elements = bytes + start + length;
  if (header.fortran_order && header.shape.size() > 1) {
    copy_fortran(elements, result);
  } else {
    std::copy(elements, bytes + size, result.bytes.begin());
  }
  if (is_swapped) swap_bytes(result);
  return result;
}

std::string npy_header(const array& values) {
  const auto* const descr =
      std::find_if(std::begin(descrs), std::end(descrs),
                   [&](const type_descr& known) { return known.type == values.type; });
  if (descr == std::end(descrs)) {
    bad_input(std::string("npy files hold no ") + numpy_name(values.type));
  }
  const std::string text = values.date.empty() ? std::string(descr->text) : "<" + values.date;
  std::string header = "{'descr': '" + text +
                       "', 'fortran_order': False, 'shape': " + shape_text(values.shape) + ", }";
  // The elements start at a multiple of 64 bytes, and the header ends with a line end.
  const std::size_t before = npy_magic.size() + 4;
  header.append(63 - (before + header.size()) % 64, ' ');
  header += '\n';
  std::string result(npy_magic);
  result += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
             static_cast<char>(header.size() >> 8)};
  return result + header;
}

}  // namespace robocache::cli
