/// \file
/// The subcommands of `robocache`, apart from how they are typed.
#pragma once

#include <optional>
#include <string>

#include "resampling.hpp"

namespace robocache::cli {

/// Which executor a command runs on. A backend named by the user wins over ROBOCACHE_BACKEND.
struct executor_choice {
  std::optional<backend> wanted;
  int threads = 0;
};

any_executor choose_executor(const executor_choice& choice);
/// "2 CPU threads" or "CUDA".
std::string executor_text(const any_executor& executor);

struct resample_command {
  std::string input;
  std::string values = "values";
  std::string times = "times";
  std::string output;
  std::string plot;
  std::string plot_channels;  // "0-7,12"; empty: the first 8
  std::string unit;
  std::optional<double> rate;
  std::string targets;  // an array of the input; empty: --rate
  std::string kinds = "linear";
  std::optional<dtype> type;  // none: keep
  resample_settings settings;
  executor_choice executor;
};

struct demo_command {
  std::string directory = "robocache-demo";
  executor_choice executor;
};

void run(const resample_command& command);
void run(const demo_command& command);
void run_info(const std::string& path);
void run_devices();

/// "0-3,7" as channel numbers below `channels`.
std::vector<std::int64_t> parse_channels(const std::string& text, std::int64_t channels);

}  // namespace robocache::cli
