#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "commands.hpp"
#include "device.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos) {
      return line.substr(line.find(": ") + 2);
    }
  }
  return "unknown processor";
}

/// Those that this process may run on.
int usable_cores() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// Empty where CUDA can be used.
std::string why_no_cuda() {
  unsetenv("ROBOCACHE_BACKEND");  // which would have the last word
  try {
    select_executor(backend::cuda);
    return "";
  } catch (const invalid_argument& error) {
    const std::string text = error.what();
    const std::size_t reason = text.find("but ");
    return reason == std::string::npos ? text : text.substr(reason + 4);
  }
}

}  // namespace

any_executor choose_executor(const executor_choice& choice) {
#if !defined(ROBOCACHE_CUDA)
  // A tool built without CUDA need not say so on every run; `robocache devices` does.
  set_log_hook(nullptr);
#endif
  if (choice.wanted.has_value()) unsetenv("ROBOCACHE_BACKEND");
  try {
    const any_executor chosen = select_executor(choice.wanted.value_or(backend::automatic));
    return chosen.kind() == backend::cpu ? any_executor(cpu(choice.threads)) : chosen;
  } catch (const invalid_argument& error) {
    throw device_failure(error.what());
  }
}

std::string executor_text(const any_executor& executor) {
  std::string text = "CUDA";
  if (executor.kind() == backend::cuda) return text;
  executor.visit([&](const auto& chosen) {
    if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, cpu>) {
      const int threads = chosen.threads() > 0 ? chosen.threads() : usable_cores();
      text = format("%d CPU thread%s", threads, threads == 1 ? "" : "s");
    }
  });
  return text;
}

void run_devices() {
  std::vector<std::vector<std::string>> rows{{"device", "name", "units", "memory"}};
  rows.push_back({"cpu", processor_name(), format("%d cores", usable_cores()), ""});
  const std::vector<device_line> devices = cuda_devices();
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const device_line& d = devices[i];
    rows.push_back({"cuda:" + std::to_string(i), d.name,
                    format("sm_%d%d, %d multiprocessors", d.major, d.minor, d.processors),
                    format("%.1f GiB", static_cast<double>(d.memory) / 0x1p30)});
  }
  print(table(rows));
  const std::string reason = why_no_cuda();
  if (!reason.empty()) print("cuda: not usable: " + reason + "\n");
}

}  // namespace robocache::cli
