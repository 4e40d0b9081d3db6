#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include "files/failure.hpp"
#include "files/ply.hpp"
#include "files/ply_header.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

/// What Microsoft's printf made of NaN and infinity, such as "-1.#IND" and "1.#QNAN0".
bool parse_special(std::string_view text, double& value) {
  const bool is_negative = text.substr(0, 1) == "-";
  text.remove_prefix(is_negative ? 1 : 0);
  text = text.substr(0, text.find_last_not_of('0') + 1);
  if (text == "1.#INF") {
    value = is_negative ? -INFINITY : INFINITY;
    return true;
  }
  value = NAN;
  return text == "1.#QNAN" || text == "1.#SNAN" || text == "1.#IND";
}

/// Beyond the type's range: an infinity or what is nearest to zero.
template <class T>
T parse_extreme(std::string_view text) {
  const std::string copy(text);
  return static_cast<T>(sizeof(T) == 4 ? std::strtof(copy.c_str(), nullptr)
                                       : std::strtod(copy.c_str(), nullptr));
}

/// A whole number written with a point or an exponent, such as "255.0".
template <class T>
bool parse_whole(std::string_view text, T& value) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number != std::trunc(number)) return false;
  const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
  const auto lowest = static_cast<double>(std::numeric_limits<T>::lowest());
  if (number < lowest || number >= above) return false;
  value = static_cast<T>(number);
  return true;
}

template <class T>
bool parse_number(std::string_view text, T& value) {
  const bool has_plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  text.remove_prefix(has_plus ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  const bool is_whole_word = parsed.ptr == end;
  if (is_whole_word && parsed.ec == std::errc()) return true;
  if constexpr (std::is_floating_point_v<T>) {
    double special = 0;
    const bool is_extreme = is_whole_word && parsed.ec == std::errc::result_out_of_range;
    if (!is_extreme && !parse_special(text, special)) return false;
    value = is_extreme ? parse_extreme<T>(text) : static_cast<T>(special);
    return true;
  } else {
    return parse_whole(text, value);
  }
}

/// Calls `f` with a zero of the type, one that PLY files have.
template <class F>
auto with_ply_type(element type, const F& f) {
  switch (type) {
    case element::i8:
      return f(std::int8_t{});
    case element::u8:
      return f(std::uint8_t{});
    case element::i16:
      return f(std::int16_t{});
    case element::u16:
      return f(std::uint16_t{});
    case element::i32:
      return f(std::int32_t{});
    case element::u32:
      return f(std::uint32_t{});
    case element::i64:
      return f(std::int64_t{});
    case element::u64:
      return f(std::uint64_t{});
    case element::f32:
      return f(float{});
    default:
      return f(double{});
  }
}

/// Numbers, row after row. `ascii_body` does the same for text.
class binary_body {
 public:
  binary_body(std::string_view bytes, bool is_swapped, const std::string& where)
      : rest_(bytes), is_swapped_(is_swapped), where_(where) {}

  void begin_row(const ply_element& e, std::int64_t row) {
    element_ = &e;
    row_ = row;
  }
  void end_row() {}

  /// Writes the next number to `to`; null skips it.
  void read(const ply_property& p, element type, std::byte* to) {
    const std::size_t size = bytes_each(type);
    need(p, size);
    if (to != nullptr) {
      std::memcpy(to, rest_.data(), size);
      if (is_swapped_) std::reverse(to, to + size);
    }
    rest_.remove_prefix(size);
  }

  void skip(const ply_property& p, std::int64_t count) {
    if (count > static_cast<std::int64_t>(rest_.size() / bytes_each(p.type)))
      need(p, rest_.size() + 1);
    rest_.remove_prefix(static_cast<std::size_t>(count) * bytes_each(p.type));
  }

  [[noreturn]] void fail(const std::string& what) const {
    bad_input(where_ + ": row " + std::to_string(row_) + " of element " +
              in_quotes(element_->name) + ": " + what);
  }

  /// Some writers end a line behind the data.
  void finish(std::vector<std::string>*) const {
    if (rest_.find_first_not_of("\r\n") != std::string_view::npos) {
      bad_input(where_ + ": " + std::to_string(rest_.size()) +
                " bytes more than the header says (too many)");
    }
  }

 private:
  void need(const ply_property& p, std::size_t bytes) const {
    if (rest_.size() < bytes) {
      fail("the file ends within property " + in_quotes(p.name) + " (truncated)");
    }
  }

  std::string_view rest_;
  bool is_swapped_;
  const std::string& where_;
  const ply_element* element_ = nullptr;
  std::int64_t row_ = 0;
};

class ascii_body {
 public:
  ascii_body(line_reader lines, const std::string& where) : lines_(lines), where_(where) {}

  void begin_row(const ply_element& e, std::int64_t row) {
    do {
      if (!lines_.next()) {
        bad_input(where_ + ": expected " + std::to_string(e.count) + " rows of element " +
                  in_quotes(e.name) + ", got " + std::to_string(row) + " (truncated)");
      }
    } while (lines_.is_blank());
  }
  void end_row() {
    if (!lines_.is_blank()) lines_.fail("expected the row to end, got " + in_quotes(lines_.line()));
  }

  void read(const ply_property& p, element type, std::byte* to) {
    const std::string_view word = next_word(p);
    with_ply_type(type, [&](auto value) {
      if (!parse_number(word, value)) {
        lines_.fail("expected " + std::string(ply_name(type)) + " for property " +
                    in_quotes(p.name) + ", got " + in_quotes(word));
      }
      if (to != nullptr) std::memcpy(to, &value, sizeof(value));
    });
  }

  void skip(const ply_property& p, std::int64_t count) {
    for (; count > 0; --count) read(p, p.type, nullptr);
  }

  [[noreturn]] void fail(const std::string& what) const { lines_.fail(what); }

  /// Some files have more rows than their header says.
  void finish(std::vector<std::string>* remarks) {
    std::int64_t first = 0, count = 0;
    while (lines_.next()) {
      if (lines_.is_blank()) continue;
      if (count++ == 0) first = lines_.number();
    }
    if (count == 0 || remarks == nullptr) return;
    remarks->push_back(where_ + ": left unread: " + std::to_string(count) +
                       " lines more than the header says, from line " + std::to_string(first));
  }

 private:
  /// Rows may go on in the next line.
  std::string_view next_word(const ply_property& p) {
    for (;;) {
      const std::string_view word = lines_.word();
      if (!word.empty()) return word;
      if (!lines_.next()) {
        lines_.fail("the file ends within property " + in_quotes(p.name) + " (truncated)");
      }
    }
  }

  line_reader lines_;
  const std::string& where_;
};

template <class Body>
void skip_list(Body& body, const ply_property& p) {
  std::int64_t count = 0;
  with_ply_type(*p.count, [&](auto length) {
    body.read(p, *p.count, reinterpret_cast<std::byte*>(&length));
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const bool is_beyond = std::is_same_v<decltype(length), std::uint64_t> &&
                           static_cast<std::uint64_t>(length) > most;
    count = is_beyond ? most : static_cast<std::int64_t>(length);
  });
  if (count < 0) {
    body.fail("expected a length of list " + in_quotes(p.name) + ", got " + std::to_string(count));
  }
  body.skip(p, count);
}

/// Reads the rows of `e`; `columns` are those of its scalars, or empty to read over them.
template <class Body>
void read_rows(Body& body, const ply_element& e, std::vector<ply_column>& columns) {
  if (e.properties.empty()) return;  // rows of nothing, however many
  for (std::int64_t row = 0; row < e.count; ++row) {
    body.begin_row(e, row);
    std::size_t next = 0;
    for (const ply_property& p : e.properties) {
      if (p.count.has_value()) {
        skip_list(body, p);
      } else {
        std::byte* to = nullptr;
        if (!columns.empty()) {
          to = columns[next++].values.bytes.data() +
               static_cast<std::size_t>(row) * bytes_each(p.type);
        }
        body.read(p, p.type, to);
      }
    }
    body.end_row();
  }
}

/// The least bytes of a row: lists may be empty, and ascii has a digit and a space for each.
std::size_t least_bytes(const ply_element& e, encoding format) {
  std::size_t bytes = 0;
  for (const ply_property& p : e.properties) {
    bytes += format == encoding::ascii ? 2 : bytes_each(p.count.value_or(p.type));
  }
  return bytes;
}

/// Counts are believed only as far as the file is long.
void check_count(const ply_element& e, encoding format, std::size_t size,
                 const std::string& where) {
  if (e.properties.empty()) return;
  // The last row of ascii may lack its line end.
  const std::size_t most = (size + (format == encoding::ascii ? 1 : 0)) / least_bytes(e, format);
  if (static_cast<std::uint64_t>(e.count) > most) {
    bad_input(where + ": expected " + std::to_string(e.count) + " rows of element " +
              in_quotes(e.name) + ", got " + std::to_string(size) +
              " bytes after the header, which hold at most " + std::to_string(most) +
              " (truncated)");
  }
}

std::vector<ply_column> columns_of(const ply_element& e) {
  std::vector<ply_column> columns;
  for (const ply_property& p : e.properties) {
    if (!p.count.has_value()) columns.push_back({p.name, make_array(p.type, {e.count})});
  }
  return columns;
}

template <class Body>
std::vector<ply_column> read_vertices(Body body, const ply_header& header,
                                      std::vector<std::string>* remarks) {
  std::vector<ply_column> vertices, none;
  for (const ply_element& e : header.elements) {
    const bool is_vertex = e.name == "vertex";
    if (is_vertex) vertices = columns_of(e);
    read_rows(body, e, is_vertex ? vertices : none);
  }
  body.finish(remarks);
  return vertices;
}

}  // namespace

std::vector<ply_column> parse_ply(const std::byte* bytes, std::size_t size,
                                  const std::string& where, std::vector<std::string>* remarks) {
  line_reader lines({reinterpret_cast<const char*>(bytes), size}, where);
  const ply_header header = parse_ply_header(lines, where);
  const std::string_view body = lines.rest();
  for (const ply_element& e : header.elements) check_count(e, header.format, body.size(), where);
  if (header.format == encoding::ascii) {
    return read_vertices(ascii_body(lines, where), header, remarks);
  }
  const bool is_swapped = header.format == encoding::big_endian;
  return read_vertices(binary_body(body, is_swapped, where), header, remarks);
}

}  // namespace robocache::cli
