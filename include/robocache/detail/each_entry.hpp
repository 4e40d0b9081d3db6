// What is done to every entry of an array on its own: the simplest operation.
#pragma once

#include <robocache/core/config.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A rule for the entries [0, count).
template <class Rule>
struct each_entry {
  const char* name;
  std::int64_t count;
  Rule rule;
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
