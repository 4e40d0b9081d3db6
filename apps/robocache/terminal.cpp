#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <utility>

#include "files/failure.hpp"

namespace robocache::cli {
namespace {

using namespace std::chrono_literals;

int print_error = 0;  // the first

/// Characters, which stand for columns in what this tool prints.
std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.,+-einfa %") == std::string::npos;
}

}  // namespace

void print(const std::string& text) {
  const bool is_written = std::fputs(printable(text, "\n").c_str(), stdout) >= 0;
  if (!is_written && print_error == 0) print_error = errno;
}

void finish_output() {
  if (std::fflush(stdout) != 0 && print_error == 0) print_error = errno;
  // Some file systems say only on closing that they could not write.
  if (close(dup(STDOUT_FILENO)) != 0 && print_error == 0) print_error = errno;
  if (print_error != 0) bad_output("standard output: cannot write: " + system_text(print_error));
}

void print_written(const std::vector<std::string>& paths) {
  std::string list;
  for (const std::string& path : paths) {
    if (!path.empty()) list += (list.empty() ? "wrote " : " and ") + printable(path);
  }
  print(list + "\n");
}

void complain(const std::string& text) {
  // The library's own messages begin with its name already.
  const bool is_named = text.rfind("robocache::", 0) == 0;
  std::fprintf(stderr, "%s%s\n", is_named ? "" : "robocache: ", printable(text).c_str());
}

std::string table(std::vector<std::vector<std::string>> rows) {
  for (auto& row : rows) {
    for (std::string& cell : row) cell = printable(cell);
  }
  std::vector<std::size_t> widths;
  std::vector<bool> numeric;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      if (c == widths.size()) {
        widths.push_back(0);
        numeric.push_back(true);
      }
      widths[c] = std::max(widths[c], columns_of(rows[r][c]));
      if (r > 0 && !rows[r][c].empty() && !is_number(rows[r][c])) numeric[c] = false;
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string text;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - columns_of(row[c]), ' ');
      text += (c == 0 ? "" : "  ") + (numeric[c] ? padding + row[c] : row[c] + padding);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string sparkline(const std::vector<double>& values, int width) {
  constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = INFINITY, high = -INFINITY;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  std::string line;
  const auto count = static_cast<double>(values.size());
  for (int c = 0; c < width && !values.empty(); ++c) {
    const double v = values[static_cast<std::size_t>((c + 0.5) / width * count)];
    const double level = high > low ? (v - low) / (high - low) * 8 : 0;
    line += std::isfinite(v) ? blocks[static_cast<std::size_t>(std::clamp(level, 0.0, 7.0))] : "·";
  }
  return line;
}

progress_bar::progress_bar(const std::string& label)
    : label_(printable(label)),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_),
      is_terminal_(isatty(STDERR_FILENO) == 1) {}

progress_bar::~progress_bar() {
  if (is_visible_) std::fputs("\r\033[K", stderr);
}

void progress_bar::update(double part) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ || now - start_ < 300ms || now - drawn_ < 50ms) return;
  constexpr int width = 30;
  const int filled = static_cast<int>(std::clamp(part, 0.0, 1.0) * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
  std::fprintf(stderr, "\r\033[K%s %s %3.0f %%", label_.c_str(), bar.c_str(), 100 * part);
  std::fflush(stderr);
  drawn_ = now;
  is_visible_ = true;
}

}  // namespace robocache::cli
