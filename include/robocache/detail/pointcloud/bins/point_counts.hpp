// What became of the points of a cloud, on the CPU.
#pragma once

#include <robocache/detail/cloud/locate.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

struct index_range {
  std::int64_t begin = 0, end = 0;
};

struct point_counts {
  std::int64_t inside = 0, outside = 0, invalid = 0;

  void add(const point_counts& other) {
    inside += other.inside;
    outside += other.outside;
    invalid += other.invalid;
  }
};

template <class P>
void write_reports(const locate_op<P>& op, std::int64_t b, const point_counts& counts) {
  if (op.inside != nullptr) op.inside[b] = counts.inside;
  if (op.outside != nullptr) op.outside[b] = counts.outside;
  if (op.invalid != nullptr) op.invalid[b] = counts.invalid;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
