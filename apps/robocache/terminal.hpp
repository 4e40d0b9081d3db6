/// \file
/// What the tool prints: numbers, tables, sparklines and a progress bar.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace robocache::cli {

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

std::string duration_text(double seconds);
std::string bytes_text(double bytes);

/// Rows of cells, the first row being the head; columns are aligned, numbers to the right.
std::string table(const std::vector<std::vector<std::string>>& rows);

/// `values` as block characters in `width` columns; NaN becomes a dot.
std::string sparkline(const std::vector<double>& values, int width);

/// A bar on stderr, drawn only on a terminal and only when the work takes longer than a moment.
class progress_bar {
 public:
  explicit progress_bar(std::string label);
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
