#include "files/npy_header.hpp"

#include <algorithm>
#include <charconv>

#include "files/failure.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

constexpr std::size_t longest_header = 1 << 16;
constexpr std::size_t most_dimensions = 32;
constexpr std::size_t most_item_bytes = 1 << 24;

struct type_descr {
  element type;
  std::string_view text;  // as written; of single bytes the order is not read
};

constexpr type_descr descrs[] = {
    {element::boolean, "|b1"}, {element::i8, "|i1"},  {element::i16, "<i2"}, {element::i32, "<i4"},
    {element::i64, "<i8"},     {element::u8, "|u1"},  {element::u16, "<u2"}, {element::u32, "<u4"},
    {element::u64, "<u8"},     {element::f16, "<f2"}, {element::f32, "<f4"}, {element::f64, "<f8"},
};

/// A field as it is written.
struct field_text {
  std::string name, descr;
  std::vector<std::int64_t> shape;
};

/// The dictionary that heads an .npy file: a Python literal with exactly three known keys.
class header_parser {
 public:
  header_parser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  struct result {
    std::vector<field_text> fields;  // one without a name unless it is structured
    bool is_structured = false;
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
        parse_descr(header);
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

  [[nodiscard]] bool is_next(char c) {
    skip_spaces();
    return !rest_.empty() && rest_.front() == c;
  }

  void parse_descr(result& header) {
    header.is_structured = take('[');
    if (!header.is_structured) {
      header.fields.push_back({"", string(), {}});
      return;
    }
    while (!take(']')) {
      header.fields.push_back(field());
      if (!take(',')) {
        expect(']');
        return;
      }
    }
  }

  /// "('x', '<f4')", with a shape behind it where an element has several.
  field_text field() {
    field_text text;
    expect('(');
    text.name = field_name();
    expect(',');
    if (is_next('[')) bad_input(where_ + ": expected fields of plain types, got nested ones");
    text.descr = string();
    if (take(',') && !is_next(')')) text.shape = tuple();
    expect(')');
    return text;
  }

  /// Behind its title where it has one.
  std::string field_name() {
    if (!take('(')) return string();
    string();
    expect(',');
    std::string name = string();
    expect(')');
    return name;
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

element_layout parse_type(const std::string& text, const std::string& where) {
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

/// The bytes that elements of `each` take. Fails where the count does not fit 63 bits, with a zero
/// extent among absurd ones as well.
std::size_t payload_of(const std::vector<std::int64_t>& shape, std::size_t each,
                       const std::string& where) {
  auto bytes = static_cast<std::int64_t>(each);
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

/// Room in an element for `count` times `size` bytes.
std::size_t field_size(const std::vector<std::int64_t>& shape, std::size_t size,
                       const std::string& where) {
  const std::size_t bytes = payload_of(shape, size, where);
  if (bytes > most_item_bytes) bad_input(where + ": a field that is too large to be true");
  return bytes;
}

/// The bytes of padding such as "|V4"; 0 for anything else.
std::size_t padding_of(const std::string& descr) {
  std::size_t size = 0;
  const char* end = descr.data() + descr.size();
  if (descr.size() < 3 || descr.substr(0, 2) != "|V") return 0;
  const auto parsed = std::from_chars(descr.data() + 2, end, size);
  return parsed.ec == std::errc() && parsed.ptr == end && size <= most_item_bytes ? size : 0;
}

/// Adds a field, or skips what is padding.
void add_field(npy_layout& layout, const field_text& text, const std::string& where) {
  const std::size_t padding = layout.is_structured ? padding_of(text.descr) : 0;
  if (padding > 0) {
    layout.item_size += field_size(text.shape, padding, where);
    return;
  }
  const auto [type, is_swapped] = parse_type(text.descr, where);
  npy_field field{text.name, type, is_swapped, "", text.shape, layout.item_size, 0};
  if (is_date(text.descr)) field.date = text.descr.substr(1);
  field.size = field_size(text.shape, bytes_each(type), where);
  layout.item_size += field.size;
  if (layout.item_size > most_item_bytes) {
    bad_input(where + ": fields that are too large to be true");
  }
  layout.fields.push_back(std::move(field));
}

std::string type_text_of(const npy_layout& layout) {
  return layout.is_structured ? "elements of " + std::to_string(layout.item_size) + " bytes"
                              : numpy_name(layout.fields.front().type);
}

}  // namespace

npy_layout parse_npy_header(const std::byte* bytes, std::size_t size, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (text.substr(0, npy_magic.size()) != npy_magic) {
    bad_input(where + ": expected an npy array (\\x93NUMPY), got " + in_quotes(text.substr(0, 6)));
  }
  const auto [start, length] = find_header(bytes, size, where);
  const auto header = header_parser(text.substr(start, length), where).parse();
  npy_layout layout;
  layout.is_structured = header.is_structured;
  layout.fortran_order = header.fortran_order;
  layout.shape = header.shape;
  for (const field_text& field : header.fields) add_field(layout, field, where);
  if (layout.fields.empty() || layout.item_size == 0) {
    bad_input(where + ": expected elements with fields, got none");
  }
  layout.start = start + length;
  layout.size = payload_of(layout.shape, layout.item_size, where);
  const std::size_t present = size - layout.start;
  if (present != layout.size) {
    bad_input(where + ": expected " + std::to_string(layout.size) + " bytes of " +
              type_text_of(layout) + " " + shape_text(layout.shape) + ", got " +
              std::to_string(present) + (present < layout.size ? " (truncated)" : " (too many)"));
  }
  return layout;
}

std::string npy_descr(const array& values) {
  if (!values.date.empty()) return "<" + values.date;
  for (const type_descr& known : descrs) {
    if (known.type == values.type) return std::string(known.text);
  }
  return "";
}

}  // namespace robocache::cli
