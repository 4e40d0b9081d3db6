// Scratch of the CPU backend: the executor's workspace, or one that the calling thread keeps.
#pragma once

#include <robocache/core/executor.hpp>
#include <robocache/detail/scratch.hpp>
#include <utility>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Memory for one call. Loops take all of theirs before they start, so that nothing allocates once
/// an output is being written.
class cpu_scratch {
 public:
  /// `plan(scratch_layout&)` takes what is needed; it is called twice.
  template <class Plan>
  cpu_scratch(const cpu& executor, const Plan& plan) {
    scratch_layout count;
    plan(count);
    if (executor.scratch() != nullptr) {
      from_ = executor.scratch();
    } else if (!std::exchange(kept_is_lent(), true)) {
      lent_ = true;
      from_ = &kept();
    }
    try {
      from_->reserve(count.bytes());
    } catch (...) {
      give_back();
      throw;
    }
    scratch_layout place(from_->data());
    if (count.bytes() > 0) plan(place);
  }
  ~cpu_scratch() { give_back(); }
  cpu_scratch(const cpu_scratch&) = delete;
  cpu_scratch& operator=(const cpu_scratch&) = delete;

 private:
  /// What the thread keeps. Destructors of other objects may call once it is gone: it is lent then.
  struct kept_memory {
    workspace memory{host_memory()};
    kept_memory() = default;
    kept_memory(const kept_memory&) = delete;
    kept_memory& operator=(const kept_memory&) = delete;
    ~kept_memory() { kept_is_lent() = true; }
  };
  static workspace& kept() {
    thread_local kept_memory mine;
    return mine.memory;
  }
  static bool& kept_is_lent() {
    thread_local bool is_lent = false;
    return is_lent;
  }
  void give_back() {
    if (lent_) kept_is_lent() = false;
  }

  workspace own_{host_memory()};  // of a call within a call
  workspace* from_ = &own_;
  bool lent_ = false;
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
