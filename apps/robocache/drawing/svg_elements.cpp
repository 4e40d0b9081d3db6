#include "drawing/svg_elements.hpp"

#include <string_view>

#include "files/text.hpp"

namespace robocache::cli {
namespace {

std::string escaped(char c) {
  if (c == '<') return "&lt;";
  if (c == '>') return "&gt;";
  if (c == '&') return "&amp;";
  if (c == '"') return "&quot;";
  // Control characters are not XML.
  return {static_cast<unsigned char>(c) < 0x20 ? '?' : c};
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : well_formed(text)) result += escaped(c);
  // U+FFFE and U+FFFF are UTF-8 and still not XML.
  for (const std::string_view excluded : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (std::size_t at = 0; (at = result.find(excluded, at)) != std::string::npos;) {
      result.replace(at, excluded.size(), "\xef\xbf\xbd");
    }
  }
  return result;
}

}  // namespace

std::string pixel(double x) {
  std::string result = format("%.1f", x);
  if (result.size() > 2 && result.compare(result.size() - 2, 2, ".0") == 0) {
    result.resize(result.size() - 2);
  }
  return result == "-0" ? "0" : result;
}

std::string text_at(double x, double y, const char* kind, const char* anchor,
                    const std::string& text) {
  return "<text class=\"" + std::string(kind) + "\" x=\"" + pixel(x) + "\" y=\"" + pixel(y) +
         "\" text-anchor=\"" + anchor + "\">" + escaped(text) + "</text>\n";
}

std::string line(const char* kind, double x0, double y0, double x1, double y1) {
  return "<path class=\"" + std::string(kind) + "\" d=\"M" + pixel(x0) + " " + pixel(y0) + "L" +
         pixel(x1) + " " + pixel(y1) + "\"/>\n";
}

std::string rectangle(const char* kind, double x, double y, double width, double height) {
  return "<rect class=\"" + std::string(kind) + "\" x=\"" + pixel(x) + "\" y=\"" + pixel(y) +
         "\" width=\"" + pixel(width) + "\" height=\"" + pixel(height) + "\"/>\n";
}

std::string path(const char* kind, const std::string& d) {
  return d.empty() ? "" : "<path class=\"" + std::string(kind) + "\" d=\"" + d + "\"/>\n";
}

}  // namespace robocache::cli
