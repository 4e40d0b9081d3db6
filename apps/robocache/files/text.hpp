/// \file
/// Text: numbers in it, and what of foreign text may be shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace robocache::cli {

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

std::string duration_text(double seconds);
std::string bytes_text(double bytes);

/// What the system says of `error`, a value of errno.
std::string system_text(int error);

/// The bytes of the UTF-8 character that `text` begins with; 0 where there is none.
std::size_t utf8_length(std::string_view text);

/// `text` with U+FFFD for each byte that is not UTF-8.
std::string well_formed(std::string_view text);

/// `text` fit for a terminal: control characters but those `kept`, and what is not UTF-8, are
/// written as \xNN.
std::string printable(std::string_view text, std::string_view kept = "");

/// The start of what a file holds, in ASCII.
std::string in_quotes(std::string_view text);

}  // namespace robocache::cli
