// Memory that runs out: the n-th allocation of an executable fails, and all are counted.
// Executables that include this link support/allocation.cpp, which replaces operator new.
#pragma once

#include <cstring>
#include <functional>
#include <new>
#include <robocache/core/executor.hpp>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace test {

/// Counts what all threads allocate while it lives, and lets one of them fail.
class allocation_watch {
 public:
  static constexpr std::int64_t never = -1;

  /// Number `fail_at`, from 0 on, fails where it comes from operator new.
  explicit allocation_watch(std::int64_t fail_at = never);
  ~allocation_watch() { stop(); }
  allocation_watch(const allocation_watch&) = delete;
  allocation_watch& operator=(const allocation_watch&) = delete;

  /// Returns how many there were: of malloc too where that can be replaced.
  std::int64_t stop();
};

/// A call by an executor, and the memory that it may write; what that holds now is restored before
/// each call.
class trial {
 public:
  trial(const char* name, std::function<void(const robocache::cpu&)> call)
      : name_(name), call_(std::move(call)) {}

  template <class T>
  trial& writes(std::vector<T>& memory) {
    outputs_.push_back(
        {reinterpret_cast<unsigned char*>(memory.data()), memory.size() * sizeof(T)});
    before_.push_back(bytes_of(outputs_.back()));
    return *this;
  }

  /// What is wrong on so many threads; an empty text when nothing is.
  std::string fault(int threads, bool own_scratch) {
    expected_ = result_of(robocache::cpu{1});
    std::string text;
    for (std::int64_t n = 0; text.empty(); ++n) {
      bool failed = false;
      on_new_thread([&] {
        robocache::workspace scratch(robocache::host_memory());
        const robocache::cpu executor(threads, own_scratch ? &scratch : nullptr);
        restore();
        failed = !fails_cleanly(executor, n, text);
        if (result_of(executor) != expected_) text += "the next call gives something else; ";
      });
      if (failed) break;
      if (n == 100) text += "100 allocations in one call; ";
    }
    return describe(text, threads);
  }

  /// Allocations of the third call alike.
  std::int64_t steady_allocations(int threads) {
    std::int64_t count = 0;
    on_new_thread([&] {
      const robocache::cpu executor(threads);
      call_(executor);
      call_(executor);
      restore();
      allocation_watch watch;
      call_(executor);
      count = watch.stop();
    });
    restore();
    return count;
  }

  [[nodiscard]] const char* name() const { return name_; }

 private:
  struct span {
    unsigned char* data;
    std::size_t size;
  };

  static std::vector<unsigned char> bytes_of(const span& s) { return {s.data, s.data + s.size}; }

  template <class F>
  static void on_new_thread(const F& f) {  // which keeps no scratch yet
    std::thread(f).join();
  }

  void restore() const {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].size > 0) std::memcpy(outputs_[i].data, before_[i].data(), outputs_[i].size);
    }
  }
  [[nodiscard]] std::vector<std::vector<unsigned char>> contents() const {
    std::vector<std::vector<unsigned char>> all;
    for (const auto& output : outputs_) all.push_back(bytes_of(output));
    return all;
  }
  std::vector<std::vector<unsigned char>> result_of(const robocache::cpu& executor) const {
    restore();
    call_(executor);
    auto result = contents();
    restore();
    return result;
  }

  /// False where the call needs no allocation number n and succeeds.
  bool fails_cleanly(const robocache::cpu& executor, std::int64_t n, std::string& text) const {
    bool failed = false, other = false;
    std::int64_t count = 0;
    {
      allocation_watch watch(n);
      try {
        call_(executor);
      } catch (const std::bad_alloc&) {
        failed = true;
      } catch (...) {
        other = true;
      }
      count = watch.stop();
    }
    if (other) text += "allocation " + std::to_string(n) + " fails: not a bad_alloc; ";
    if (failed && contents() != before_) {
      text += "allocation " + std::to_string(n) + " of " + std::to_string(count) +
              " fails: outputs are written; ";
    }
    if (!failed && !other && contents() != expected_) text += "a good call differs; ";
    return failed;
  }

  [[nodiscard]] std::string describe(const std::string& text, int threads) const {
    if (text.empty()) return text;
    return std::string(name_) + " on " + std::to_string(threads) + " threads: " + text;
  }

  const char* name_;
  std::function<void(const robocache::cpu&)> call_;
  std::vector<span> outputs_;
  std::vector<std::vector<unsigned char>> before_, expected_;
};

/// Checks a call on one thread and on several, with kept and with given scratch.
inline void check_allocations(trial call) {
  for (const int threads : {1, 3}) {
    for (const bool own_scratch : {false, true}) {
      CHECK(call.fault(threads, own_scratch) == std::string());
    }
    CAPTURE(call.name(), threads);
    CHECK(call.steady_allocations(threads) == 0);
  }
}

}  // namespace test
