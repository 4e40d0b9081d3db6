/// \file
/// Pieces of SVG text. `kind` is a class of the style sheet.
#pragma once

#include <string>

namespace robocache::cli {

/// A coordinate to a tenth of a pixel, as short as it can be.
std::string pixel(double x);

/// `text` as it came, but for what XML cannot hold: control characters become a question mark, and
/// what is not UTF-8 becomes U+FFFD.
std::string text_at(double x, double y, const char* kind, const char* anchor,
                    const std::string& text);
std::string line(const char* kind, double x0, double y0, double x1, double y1);
std::string rectangle(const char* kind, double x, double y, double width, double height);
/// Nothing for an empty `d`.
std::string path(const char* kind, const std::string& d);

}  // namespace robocache::cli
