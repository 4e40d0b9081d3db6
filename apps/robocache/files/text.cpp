#include "files/text.hpp"

#include <cstdarg>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

namespace robocache::cli {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

std::string scaled(double value, const std::vector<std::pair<double, const char*>>& units) {
  for (const auto& [size, unit] : units) {
    if (value >= size) return format("%.3g %s", value / size, unit);
  }
  return format("%.3g %s", value / units.back().first, units.back().second);
}

/// C0 and C1, which terminals obey.
bool is_control(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character.back());
  if (character.size() == 1) return byte < 0x20 || byte == 0x7f;
  return character.size() == 2 && character.front() == '\xc2' && byte < 0xa0;
}

/// Calls `f` with each character; with a single byte where it is not UTF-8, and false.
template <class F>
void for_each_character(std::string_view text, const F& f) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    f(text.substr(0, length > 0 ? length : 1), length > 0);
    text.remove_prefix(length > 0 ? length : 1);
  }
}

}  // namespace

std::string format(const char* pattern, ...) {
  std::va_list arguments;
  va_start(arguments, pattern);
  std::va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, pattern, arguments);
  std::string text(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
  std::vsnprintf(text.data(), text.size() + 1, pattern, again);
  va_end(again);
  va_end(arguments);
  return text;
}

std::string duration_text(double seconds) {
  return scaled(seconds, {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}});
}

std::string bytes_text(double bytes) {
  return scaled(bytes, {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}, {1, "B"}});
}

std::string system_text(int error) { return std::generic_category().message(error); }

std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const int lead = byte(0), second = byte(1);
  if (lead < 0x80) return text.empty() ? 0 : 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool is_overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool is_surrogate = lead == 0xed && second >= 0xa0;
  const bool is_beyond = lead == 0xf4 && second >= 0x90;
  return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

std::string well_formed(std::string_view text) {
  std::string result;
  for_each_character(text, [&](std::string_view character, bool is_utf8) {
    result += is_utf8 ? character : replacement;
  });
  return result;
}

std::string printable(std::string_view text, std::string_view kept) {
  std::string result;
  for_each_character(text, [&](std::string_view character, bool is_utf8) {
    const bool is_kept = kept.find(character) != std::string_view::npos;
    if (is_utf8 && (is_kept || !is_control(character))) {
      result += character;
      return;
    }
    for (const char c : character) {
      result += format("\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  });
  return result;
}

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > 40 ? "...'" : "'");
}

}  // namespace robocache::cli
