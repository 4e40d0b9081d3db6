#include "ply.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "failure.hpp"

namespace robocache::cli {
namespace {

struct type_name {
  const char* first;   // as of 1994
  const char* second;  // as of later writers
  dtype type;
};

constexpr type_name type_names[] = {
    {"char", "int8", dtype::int8},        {"uchar", "uint8", dtype::uint8},
    {"short", "int16", dtype::int16},     {"ushort", "uint16", dtype::uint16},
    {"int", "int32", dtype::int32},       {"uint", "uint32", dtype::uint32},
    {"float", "float32", dtype::float32}, {"double", "float64", dtype::float64},
};

enum class encoding { ascii, little_endian, big_endian };

struct property {
  std::string name;
  dtype type;
  std::optional<dtype> count;  // of a list
};

struct element_type {
  std::string name;
  std::int64_t count;
  std::vector<property> properties;

  /// The least bytes of a row: lists may be empty, and ascii has a digit and a space for each.
  [[nodiscard]] std::size_t least_bytes(encoding format) const {
    std::size_t bytes = 0;
    for (const property& p : properties) {
      bytes += format == encoding::ascii ? 2 : size_of(p.count.value_or(p.type));
    }
    return std::max<std::size_t>(bytes, 1);
  }
};

struct ply_header {
  encoding format;
  std::vector<element_type> elements;
};

/// Cuts text into lines and lines into words, and counts the lines for errors.
class line_reader {
 public:
  line_reader(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  /// False at the end.
  bool next() {
    if (rest_.empty()) return false;
    ++number_;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
    return true;
  }

  /// Empty at the end of the line.
  std::string_view word() {
    line_.remove_prefix(std::min(line_.find_first_not_of(blanks), line_.size()));
    const std::size_t end = std::min(line_.find_first_of(blanks), line_.size());
    const std::string_view result = line_.substr(0, end);
    line_.remove_prefix(end);
    return result;
  }

  [[nodiscard]] bool is_blank() const {
    return line_.find_first_not_of(blanks) == std::string_view::npos;
  }
  [[nodiscard]] std::string_view line() const { return line_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] std::int64_t number() const { return number_; }

  [[noreturn]] void fail(const std::string& what) const {
    bad_input(where_ + ": line " + std::to_string(number_) + ": " + what);
  }

 private:
  static constexpr std::string_view blanks = " \t";
  std::string_view rest_, line_;
  std::int64_t number_ = 0;
  const std::string& where_;
};

class header_parser {
 public:
  header_parser(line_reader& lines, const std::string& where) : lines_(lines), where_(where) {}

  ply_header parse() {
    if (!lines_.next() || lines_.line() != "ply") {
      bad_input(where_ + ": expected a PLY file, whose first line is 'ply', got " +
                in_quotes(lines_.line()));
    }
    while (lines_.next()) {
      const std::string_view word = lines_.word();
      if (word == "end_header") return finish();
      if (word == "format") {
        parse_format();
      } else if (word == "element") {
        parse_element();
      } else if (word == "property") {
        parse_property();
      } else if (word != "comment" && word != "obj_info" && !word.empty()) {
        lines_.fail("expected format, element, property, comment, obj_info or end_header, got " +
                    in_quotes(word));
      }
    }
    bad_input(where_ + ": the header does not end (no 'end_header')");
  }

 private:
  void parse_format() {
    const std::string_view name = lines_.word(), version = lines_.word();
    constexpr std::pair<const char*, encoding> names[] = {
        {"ascii", encoding::ascii},
        {"binary_little_endian", encoding::little_endian},
        {"binary_big_endian", encoding::big_endian}};
    if (format_.has_value()) lines_.fail("a second format");
    for (const auto& [text, value] : names) {
      if (name == text) format_ = value;
    }
    if (!format_.has_value() || version != "1.0") {
      lines_.fail("expected format ascii, binary_little_endian or binary_big_endian 1.0, got " +
                  in_quotes(std::string(name) + " " + std::string(version)));
    }
    end_of_line();
  }

  void parse_element() {
    element_type result;
    result.name = lines_.word();
    const std::string_view count = lines_.word();
    const char* end = count.data() + count.size();
    const auto parsed = std::from_chars(count.data(), end, result.count);
    if (result.name.empty() || parsed.ec != std::errc() || parsed.ptr != end || result.count < 0) {
      lines_.fail("expected element NAME COUNT, got " + in_quotes(count) + " for a count");
    }
    end_of_line();
    if (!element_names_.insert(result.name).second) {
      lines_.fail("a second element " + in_quotes(result.name));
    }
    property_names_.clear();
    elements_.push_back(std::move(result));
  }

  void parse_property() {
    property result;
    std::string_view type = lines_.word();
    if (type == "list") {
      result.count = parse_type(lines_.word());
      if (is_float(*result.count)) lines_.fail("expected an integer type for the length of a list");
      type = lines_.word();
    }
    result.type = parse_type(type);
    result.name = lines_.word();
    if (result.name.empty()) lines_.fail("expected a name of the property");
    end_of_line();
    if (elements_.empty()) lines_.fail("a property before the first element");
    if (!property_names_.insert(result.name).second) {
      lines_.fail("a second property " + in_quotes(result.name));
    }
    elements_.back().properties.push_back(std::move(result));
  }

  [[nodiscard]] dtype parse_type(std::string_view name) const {
    for (const type_name& known : type_names) {
      if (name == known.first || name == known.second) return known.type;
    }
    lines_.fail(
        "expected one of the types char, uchar, short, ushort, int, uint, float, double or int8 to "
        "float64, got " +
        in_quotes(name));
  }

  void end_of_line() const {
    if (!lines_.is_blank()) lines_.fail("expected nothing more, got " + in_quotes(lines_.line()));
  }

  ply_header finish() {
    if (!format_.has_value()) bad_input(where_ + ": expected a format in the header, got none");
    if (element_names_.count("vertex") == 0) {
      bad_input(where_ + ": expected an element vertex, got none");
    }
    for (const element_type& e : elements_) {
      if (e.properties.empty()) {
        bad_input(where_ + ": expected properties of element " + in_quotes(e.name) + ", got none");
      }
    }
    return {*format_, std::move(elements_)};
  }

  line_reader& lines_;
  const std::string& where_;
  std::optional<encoding> format_;
  std::vector<element_type> elements_;
  std::set<std::string> element_names_;
  std::set<std::string> property_names_;  // of the last element
};

template <class T>
bool parse_number(std::string_view text, T& value) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ptr != end) return false;
  if constexpr (std::is_floating_point_v<T>) {
    // Beyond the type's range: an infinity or what is nearest to zero.
    if (parsed.ec == std::errc::result_out_of_range) {
      const std::string copy(text);
      value = static_cast<T>(sizeof(T) == 4 ? std::strtof(copy.c_str(), nullptr)
                                            : std::strtod(copy.c_str(), nullptr));
      return true;
    }
  }
  return parsed.ec == std::errc();
}

/// Calls `f` with a zero of the type, one of PLY's eight.
template <class F>
auto with_ply_type(dtype type, const F& f) {
  switch (type) {
    case dtype::int8:
      return f(std::int8_t{});
    case dtype::uint8:
      return f(std::uint8_t{});
    case dtype::int16:
      return f(std::int16_t{});
    case dtype::uint16:
      return f(std::uint16_t{});
    case dtype::int32:
      return f(std::int32_t{});
    case dtype::uint32:
      return f(std::uint32_t{});
    case dtype::float32:
      return f(float{});
    default:
      return f(double{});
  }
}

const char* ply_name(dtype type) {
  for (const type_name& known : type_names) {
    if (known.type == type) return known.first;
  }
  return "float";
}

/// Numbers, row after row. `ascii_body` does the same for text.
class binary_body {
 public:
  binary_body(std::string_view bytes, bool is_swapped, const std::string& where)
      : rest_(bytes), is_swapped_(is_swapped), where_(where) {}

  void begin_row(const element_type& e, std::int64_t row) {
    element_ = &e;
    row_ = row;
  }
  void end_row() {}

  /// Writes the next number to `to`; null skips it.
  void read(const property& p, dtype type, std::byte* to) {
    const std::size_t size = size_of(type);
    need(p, size);
    if (to != nullptr) {
      std::memcpy(to, rest_.data(), size);
      if (is_swapped_) std::reverse(to, to + size);
    }
    rest_.remove_prefix(size);
  }

  void skip(const property& p, std::int64_t count) {
    if (count > static_cast<std::int64_t>(rest_.size() / size_of(p.type)))
      need(p, rest_.size() + 1);
    rest_.remove_prefix(static_cast<std::size_t>(count) * size_of(p.type));
  }

  [[noreturn]] void fail(const std::string& what) const {
    bad_input(where_ + ": row " + std::to_string(row_) + " of element " +
              in_quotes(element_->name) + ": " + what);
  }

  void finish() const {
    if (!rest_.empty()) {
      bad_input(where_ + ": " + std::to_string(rest_.size()) +
                " bytes more than the header says (too many)");
    }
  }

 private:
  void need(const property& p, std::size_t bytes) const {
    if (rest_.size() < bytes) {
      fail("the file ends within property " + in_quotes(p.name) + " (truncated)");
    }
  }

  std::string_view rest_;
  bool is_swapped_;
  const std::string& where_;
  const element_type* element_ = nullptr;
  std::int64_t row_ = 0;
};

class ascii_body {
 public:
  ascii_body(line_reader lines, const std::string& where) : lines_(lines), where_(where) {}

  void begin_row(const element_type& e, std::int64_t row) {
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

  void read(const property& p, dtype type, std::byte* to) {
    const std::string_view word = lines_.word();
    with_ply_type(type, [&](auto value) {
      if (!parse_number(word, value)) {
        lines_.fail("expected " + std::string(ply_name(type)) + " for property " +
                    in_quotes(p.name) + ", got " +
                    (word.empty() ? "the end of the row" : in_quotes(word)));
      }
      if (to != nullptr) std::memcpy(to, &value, sizeof(value));
    });
  }

  void skip(const property& p, std::int64_t count) {
    for (; count > 0; --count) read(p, p.type, nullptr);
  }

  [[noreturn]] void fail(const std::string& what) const { lines_.fail(what); }

  void finish() {
    while (lines_.next()) {
      if (!lines_.is_blank()) {
        lines_.fail("expected the end of the file, got " + in_quotes(lines_.line()));
      }
    }
  }

 private:
  line_reader lines_;
  const std::string& where_;
};

template <class Body>
void skip_list(Body& body, const property& p) {
  double length = 0;  // holds any
  with_ply_type(*p.count, [&](auto value) {
    body.read(p, *p.count, reinterpret_cast<std::byte*>(&value));
    length = static_cast<double>(value);
  });
  const auto count = static_cast<std::int64_t>(length);
  if (count < 0) {
    body.fail("expected a length of list " + in_quotes(p.name) + ", got " + std::to_string(count));
  }
  body.skip(p, count);
}

/// Reads the rows of `e`; `columns` are those of its scalars, or empty to read over them.
template <class Body>
void read_rows(Body& body, const element_type& e, std::vector<ply_column>& columns) {
  for (std::int64_t row = 0; row < e.count; ++row) {
    body.begin_row(e, row);
    std::size_t next = 0;
    for (const property& p : e.properties) {
      if (p.count.has_value()) {
        skip_list(body, p);
      } else {
        std::byte* to = nullptr;
        if (!columns.empty()) {
          to =
              columns[next++].values.bytes.data() + static_cast<std::size_t>(row) * size_of(p.type);
        }
        body.read(p, p.type, to);
      }
    }
    body.end_row();
  }
}

/// Counts are believed only as far as the file is long.
void check_count(const element_type& e, encoding format, std::size_t size,
                 const std::string& where) {
  // The last row of ascii may lack its line end.
  const std::size_t most = (size + (format == encoding::ascii ? 1 : 0)) / e.least_bytes(format);
  if (static_cast<std::uint64_t>(e.count) > most) {
    bad_input(where + ": expected " + std::to_string(e.count) + " rows of element " +
              in_quotes(e.name) + ", got " + std::to_string(size) +
              " bytes after the header, which hold at most " + std::to_string(most) +
              " (truncated)");
  }
}

std::vector<ply_column> columns_of(const element_type& e) {
  std::vector<ply_column> columns;
  for (const property& p : e.properties) {
    if (!p.count.has_value()) columns.push_back({p.name, make_array(p.type, {e.count})});
  }
  return columns;
}

template <class Body>
std::vector<ply_column> read_vertices(Body body, const ply_header& header) {
  std::vector<ply_column> vertices, none;
  for (const element_type& e : header.elements) {
    const bool is_vertex = e.name == "vertex";
    if (is_vertex) vertices = columns_of(e);
    read_rows(body, e, is_vertex ? vertices : none);
  }
  body.finish();
  return vertices;
}

}  // namespace

std::vector<ply_column> parse_ply(const std::byte* bytes, std::size_t size,
                                  const std::string& where) {
  line_reader lines({reinterpret_cast<const char*>(bytes), size}, where);
  const ply_header header = header_parser(lines, where).parse();
  const std::string_view body = lines.rest();
  for (const element_type& e : header.elements) check_count(e, header.format, body.size(), where);
  if (header.format == encoding::ascii) return read_vertices(ascii_body(lines, where), header);
  const bool is_swapped = header.format == encoding::big_endian;
  return read_vertices(binary_body(body, is_swapped, where), header);
}

std::string ply_text(const std::vector<ply_column>& columns) {
  const std::int64_t rows = columns.empty() ? 0 : columns.front().values.size();
  std::string text =
      "ply\nformat binary_little_endian 1.0\ncomment made by robocache\nelement vertex " +
      std::to_string(rows) + "\n";
  std::size_t row_bytes = 0;
  for (const ply_column& c : columns) {
    text += std::string("property ") + ply_name(c.values.type) + " " + c.name + "\n";
    row_bytes += size_of(c.values.type);
  }
  text += "end_header\n";
  text.reserve(text.size() + row_bytes * static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const ply_column& c : columns) {
      const std::size_t size = size_of(c.values.type);
      text.append(reinterpret_cast<const char*>(c.values.bytes.data()) +
                      static_cast<std::size_t>(row) * size,
                  size);
    }
  }
  return text;
}

}  // namespace robocache::cli
