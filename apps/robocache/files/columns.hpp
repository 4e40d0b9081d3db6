/// \file
/// Names of columns: lists of them, and what rows that name none hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace robocache::cli {

constexpr std::int64_t most_columns = 1024;

/// The parts of "a,b,c".
std::vector<std::string> split(const std::string& text);

/// Whether `text` is a whole number, and which.
bool parse_whole(const std::string& text, std::int64_t& value);

/// "a, b, c", or "none".
std::string list_of(const std::vector<std::string>& names);

/// Of `--columns`: names, x, y and z among them, or how many numbers a row has. Throws
/// `usage_failure`.
std::vector<std::string> parse_columns(const std::string& text);

}  // namespace robocache::cli
