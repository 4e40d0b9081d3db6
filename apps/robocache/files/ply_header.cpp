#include "files/ply_header.hpp"

#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "files/failure.hpp"
#include "files/text.hpp"

namespace robocache::cli {
namespace {

struct type_name {
  const char* first;   // as of 1994
  const char* second;  // as of later writers
  element type;
};

constexpr type_name type_names[] = {
    {"char", "int8", element::i8},      {"uchar", "uint8", element::u8},
    {"short", "int16", element::i16},   {"ushort", "uint16", element::u16},
    {"int", "int32", element::i32},     {"uint", "uint32", element::u32},
    {"int64", "long", element::i64},    {"uint64", "ulong", element::u64},  // of no standard
    {"float", "float32", element::f32}, {"double", "float64", element::f64},
};

class header_parser {
 public:
  header_parser(line_reader& lines, const std::string& where) : lines_(lines), where_(where) {}

  ply_header parse() {
    lines_.next();
    const std::string_view first = lines_.line();
    if (lines_.word() != "ply" || !lines_.is_blank()) {
      bad_input(where_ + ": expected a PLY file, whose first line is 'ply', got " +
                in_quotes(first));
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
    ply_element result;
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
    ply_property result;
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

  [[nodiscard]] element parse_type(std::string_view name) const {
    for (const type_name& known : type_names) {
      if (name == known.first || name == known.second) return known.type;
    }
    lines_.fail(
        "expected one of the types char, uchar, short, ushort, int, uint, float, double or int8 to "
        "int64, uint64 and float64, got " +
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
    for (const ply_element& e : elements_) {
      if (e.name == "vertex" && e.properties.empty()) {
        bad_input(where_ + ": expected properties of element " + in_quotes(e.name) + ", got none");
      }
    }
    return {*format_, std::move(elements_)};
  }

  line_reader& lines_;
  const std::string& where_;
  std::optional<encoding> format_;
  std::vector<ply_element> elements_;
  std::set<std::string> element_names_;
  std::set<std::string> property_names_;  // of the last element
};

}  // namespace

ply_header parse_ply_header(line_reader& lines, const std::string& where) {
  return header_parser(lines, where).parse();
}

const char* ply_name(element type) {
  for (const type_name& known : type_names) {
    if (known.type == type) return known.first;
  }
  return "float";
}

}  // namespace robocache::cli
