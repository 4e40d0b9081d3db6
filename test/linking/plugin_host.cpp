// Loads plugins, runs them, and unloads them, several times.
#include <dlfcn.h>

#include <cstdio>
#include <filesystem>
#include <robocache/core/log.hpp>
#include <robocache/detail/cpu/parallel.hpp>
#include <string>
#include <vector>

namespace {

std::ptrdiff_t count_threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

int fail(const std::string& message) {
  std::printf("%s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> said;
  robocache::set_log_hook(
      [](const char* message, void* context) {
        static_cast<std::vector<std::string>*>(context)->emplace_back(message);
      },
      &said);
  robocache::detail::parallel_for(1000, 1, 4, [](std::int64_t, std::int64_t) {});
  const std::ptrdiff_t before = count_threads();
  for (int round = 0; round < 5; ++round) {
    std::vector<void*> handles;
    for (int n = 1; n < argc; ++n) {
      void* const handle = dlopen(argv[n], RTLD_NOW | RTLD_LOCAL);
      if (handle == nullptr) return fail(dlerror());
      handles.push_back(handle);
      const auto run = reinterpret_cast<long (*)()>(dlsym(handle, "run_plugin"));
      if (run == nullptr || run() != 9999L * 10'000 / 2) return fail("a plugin's loop went wrong");
    }
    for (void* const handle : handles) dlclose(handle);
    robocache::detail::parallel_for(1000, 1, 4, [](std::int64_t, std::int64_t) {});
  }
  const std::ptrdiff_t after = count_threads();
  std::printf("%td threads before the plugins, %td after; %zu log lines\n", before, after,
              said.size());
  if (after != before) return fail("plugins have threads of their own");
  return said.empty() ? fail("the plugins' log lines went elsewhere") : 0;
}
