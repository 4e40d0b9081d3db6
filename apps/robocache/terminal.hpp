/// \file
/// What the tool prints: lines, tables, sparklines and a progress bar.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "files/text.hpp"

namespace robocache::cli {

/// Writes to stdout; control characters other than line ends are escaped. What was lost shows in
/// `finish_output`.
void print(const std::string& text);

/// Throws `output_failure` where something printed was lost.
void finish_output();

/// Says which files were written; empty paths are not.
void print_written(const std::vector<std::string>& paths);

/// Writes a line about what is wrong to stderr, behind the name of the tool.
void complain(const std::string& text);

/// Rows of cells, the first row being the head; columns are aligned, numbers to the right.
std::string table(std::vector<std::vector<std::string>> rows);

/// `values` as block characters in `width` columns; NaN becomes a dot.
std::string sparkline(const std::vector<double>& values, int width);

/// A bar on stderr, drawn only on a terminal and only when the work takes longer than a moment.
class progress_bar {
 public:
  explicit progress_bar(const std::string& label);
  ~progress_bar();
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  /// From 0 to 1.
  void update(double part);
  std::function<void(double)> hook() {
    return [this](double part) { update(part); };
  }

 private:
  std::string label_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
  bool is_terminal_;
  bool is_visible_ = false;
};

/// Seconds of wall time since construction.
class stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace robocache::cli
