#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <robocache/detail/parallel.hpp>

#include "commands.hpp"
#include "device.hpp"
#include "failure.hpp"
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
    throw failure(exit_code::device, error.what());
  }
}

std::string executor_text(const any_executor& executor) {
  std::string text = "CUDA";
  if (executor.kind() == backend::cuda) return text;
  executor.visit([&](const auto& chosen) {
    if constexpr (std::is_same_v<std::decay_t<decltype(chosen)>, cpu>) {
      const int threads = chosen.threads() > 0 ? chosen.threads() : detail::usable_cores();
      text = format("%d CPU thread%s", threads, threads == 1 ? "" : "s");
    }
  });
  return text;
}

void run_devices() {
  std::vector<std::vector<std::string>> rows{{"device", "name", "units", "memory"}};
  rows.push_back({"cpu", processor_name(), format("%d cores", detail::usable_cores()), ""});
  const std::vector<device_line> devices = cuda_devices();
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const device_line& d = devices[i];
    rows.push_back({"cuda:" + std::to_string(i), d.name,
                    format("sm_%d%d, %d multiprocessors", d.major, d.minor, d.processors),
                    format("%.1f GiB", static_cast<double>(d.memory) / 0x1p30)});
  }
  std::fputs(table(rows).c_str(), stdout);
  if (const char* reason = detail::why_no_cuda()) std::printf("cuda: not usable: %s\n", reason);
}

}  // namespace robocache::cli
