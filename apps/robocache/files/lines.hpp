/// \file
/// Text by lines and words.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "files/failure.hpp"

namespace robocache::cli {

/// Cuts text into lines and lines into words, and counts the lines for errors. Lines end as the
/// first one does: with LF, with CR and LF, or with CR alone, so that binary data may follow.
class line_reader {
 public:
  /// A byte order mark before the text is left out.
  line_reader(std::string_view text, const std::string& where)
      : rest_(text.substr(text.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0)), where_(where) {
    const std::size_t end = text.find_first_of("\r\n");
    const bool is_cr =
        end != std::string_view::npos && text[end] == '\r' && text.substr(end + 1, 1) != "\n";
    if (is_cr) line_end_ = '\r';
  }

  /// False at the end.
  bool next() {
    if (rest_.empty()) return false;
    ++number_;
    const std::size_t end = std::min(rest_.find(line_end_), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line_end_ == '\n' && !line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
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
  static constexpr std::string_view blanks = " \t\r\n\v\f";
  char line_end_ = '\n';
  std::string_view rest_, line_;
  std::int64_t number_ = 0;
  const std::string& where_;
};

}  // namespace robocache::cli
