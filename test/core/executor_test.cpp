#include <cstdlib>
#include <robocache/core/executor.hpp>
#include <robocache/detail/check.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace robocache;

/// ROBOCACHE_BACKEND for the length of a scope.
class backend_variable {
 public:
  explicit backend_variable(const char* value) {
    if (const char* old = std::getenv("ROBOCACHE_BACKEND")) old_ = old;
    if (value != nullptr) {
      setenv("ROBOCACHE_BACKEND", value, 1);
    } else {
      unsetenv("ROBOCACHE_BACKEND");
    }
  }
  ~backend_variable() {
    if (old_.empty()) {
      unsetenv("ROBOCACHE_BACKEND");
    } else {
      setenv("ROBOCACHE_BACKEND", old_.c_str(), 1);
    }
  }
  backend_variable(const backend_variable&) = delete;
  backend_variable& operator=(const backend_variable&) = delete;

 private:
  std::string old_;
};

std::string error_of_selecting(backend wanted) {
  try {
    static_cast<void>(select_executor(wanted));
  } catch (const invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

static_assert(!std::is_constructible_v<gpu, int>);
static_assert(!std::is_constructible_v<gpu, std::nullptr_t>);
static_assert(std::is_convertible_v<cpu, any_executor>);
static_assert(std::is_convertible_v<gpu, any_executor>);

TEST_CASE("cpu takes a number of threads that is not negative", "[executor]") {
  CHECK(cpu{}.threads() == 0);
  CHECK(cpu{3}.threads() == 3);
  CHECK_THROWS_AS(cpu{-1}, invalid_argument);
  CHECK_THROWS_WITH(cpu{-1}, "robocache::cpu: threads must not be negative (got -1)");
}

TEST_CASE("the default stream is had by name only", "[executor]") {
  CHECK(gpu::default_stream().stream() == nullptr);
  CHECK(gpu::default_stream().scratch() == nullptr);
}

TEST_CASE("any_executor passes its executor on", "[executor]") {
  const any_executor chosen = cpu{4};
  CHECK(chosen.kind() == backend::cpu);
  int threads = 0;
  chosen.visit([&](const auto& executor) {
    if constexpr (std::is_same_v<std::decay_t<decltype(executor)>, cpu>) {
      threads = executor.threads();
    }
  });
  CHECK(threads == 4);
  CHECK_NOTHROW(synchronize(chosen));
  const any_executor other = gpu::default_stream();
  CHECK(other.kind() == backend::cuda);
#if !defined(ROBOCACHE_CUDA)
  CHECK_THROWS_AS(synchronize(other), invalid_argument);
#endif
}

TEST_CASE("ROBOCACHE_BACKEND overrides the choice", "[executor]") {
  {
    const backend_variable variable("cpu");
    CHECK(select_executor(backend::automatic).kind() == backend::cpu);
    CHECK(select_executor(backend::cuda).kind() == backend::cpu);
  }
  for (const char* wrong : {"gpu", "CPU", "cuda ", "0"}) {
    const backend_variable variable(wrong);
    const std::string text = error_of_selecting(backend::cpu);
    CAPTURE(text);
    CHECK(text.find("ROBOCACHE_BACKEND") != std::string::npos);
    CHECK(text.find(std::string("\"") + wrong + "\"") != std::string::npos);
  }
  const backend_variable empty("");
  CHECK(select_executor(backend::cpu).kind() == backend::cpu);
}

TEST_CASE("CUDA is had or refused with the reason", "[executor]") {
  const char* reason = detail::why_no_cuda();
  const backend_variable variable("cuda");
  const std::string text = error_of_selecting(backend::cpu);
  CAPTURE(text);
  if (reason == nullptr) {
    CHECK(text.empty());
  } else {
    CHECK(text.find(reason) != std::string::npos);
  }
}

// The only test that falls back: the line is said once in a process.
TEST_CASE("falling back to the CPU is said once, through the hook", "[executor]") {
  std::vector<std::string> lines;
  set_log_hook([](const char* message,
                  void* to) { static_cast<std::vector<std::string>*>(to)->emplace_back(message); },
               &lines);
  const backend_variable variable(nullptr);
  for (int i = 0; i < 3; ++i) {
    const auto chosen = select_executor();
    CHECK(chosen.kind() == (detail::why_no_cuda() == nullptr ? backend::cuda : backend::cpu));
  }
  const backend_variable automatic("auto");
  static_cast<void>(select_executor(backend::cpu));
  set_log_hook(nullptr);
  if (detail::why_no_cuda() == nullptr) {
    CHECK(lines.empty());
  } else {
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find(detail::why_no_cuda()) != std::string::npos);
    CHECK(lines[0].find("slower") != std::string::npos);
    CHECK(lines[0].find('\n') == std::string::npos);
  }
}

TEST_CASE("errors are standard exceptions that name the operation", "[error]") {
  static_assert(std::is_base_of_v<std::invalid_argument, invalid_argument>);
  static_assert(std::is_base_of_v<std::runtime_error, cuda_error>);
  CHECK(cuda_error(700, "text").code() == 700);
  CHECK_NOTHROW(detail::require_equal("op", "a.extent(0)", 3, "b.extent(1)", 3));
  CHECK_THROWS_WITH(detail::require_equal("op", "a.extent(0)", 7, "b.extent(1)", 14),
                    "robocache::op: a.extent(0) must equal b.extent(1) (got 7 and 14)");
}
