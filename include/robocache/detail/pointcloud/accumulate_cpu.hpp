// The CPU driver of accumulators, and the gate to the CUDA one.
#pragma once

#include <robocache/detail/parallel.hpp>
#include <robocache/detail/pointcloud/accumulate_check.hpp>

namespace robocache::detail {

/// Numbers that one thread changes.
struct own_memory {
  void add(std::int64_t* to, std::int64_t value) const {
    *to = static_cast<std::int64_t>(static_cast<std::uint64_t>(*to) +
                                    static_cast<std::uint64_t>(value));
  }
  void raise(std::uint32_t* to, std::uint32_t value) const { *to = std::max(*to, value); }
  void unite(std::uint32_t* to, std::uint32_t bits) const { *to |= bits; }
};

/// Numbers that all threads change.
struct common_memory {
  void add(std::int64_t* to, std::int64_t value) const {
    __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
  }
  void raise(std::uint32_t* to, std::uint32_t value) const {
    std::uint32_t seen = __atomic_load_n(to, __ATOMIC_RELAXED);
    while (seen < value && !__atomic_compare_exchange_n(to, &seen, value, true, __ATOMIC_RELAXED,
                                                        __ATOMIC_RELAXED)) {
    }
  }
  void unite(std::uint32_t* to, std::uint32_t bits) const {
    __atomic_fetch_or(to, bits, __ATOMIC_RELAXED);
  }
};

/// Takes in the points [from, to) of `range`.
template <class P, class T, class Memory>
void accumulate_points(const accumulate_op<P, T>& op, const Memory& memory, std::int64_t b,
                       const cloud_range& range, std::int64_t from, std::int64_t to) {
  const T* const rows = op.rows_of(b, range);
  for (std::int64_t i = from; i < std::min(to, range.count); ++i) {
    const std::int64_t cell = op.locate.cell_of(b, range, i);
    if (cell < 0) continue;
    memory.add(op.into.counts + cell, 1);
    for (std::int64_t c = 0; c < op.into.channels; ++c) {
      op.into.add(memory, cell * op.into.channels + c, widen(rows[i * op.values_row + c]));
    }
  }
}

template <class P, class T>
void run(const cpu& executor, const accumulate_op<P, T>& op) {
  check_ranges_of_clouds(op.name, op.locate);
  constexpr std::int64_t chunk = 4096;
  const std::int64_t chunks = (op.locate.rows + chunk - 1) / chunk;
  const std::int64_t parts = op.locate.items * chunks;
  const int threads = executor.threads() > 0 ? executor.threads() : usable_cores();
  const auto take = [&](const auto& memory) {
    parallel_for(parts, 1, threads, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        const std::int64_t b = k / chunks, from = k % chunks * chunk;
        accumulate_points(op, memory, b, op.locate.points_of(b), from, from + chunk);
      }
    });
  };
  if (threads == 1 || parts < 2) {
    take(own_memory{});
  } else {
    take(common_memory{});
  }
}

template <class Rule>
void run(const cpu& executor, const each_entry<Rule>& op) {
  parallel_for(op.count, 1 << 14, executor.threads(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) op.rule(i);
  });
}

#if defined(__CUDACC__)
template <class P, class T>
void run(const cuda& executor, const accumulate_op<P, T>& op);  // in accumulate.cuh
template <class Rule>
void run(const cuda& executor, const each_entry<Rule>& op);
#else
template <class Op>
void refuse_accumulators_on_cuda() {
  static_assert(always_false<Op>,
                "robocache: the GPU code of accumulators is not compiled; link "
                "RoboCache::RoboCache built with CUDA, or include "
                "<robocache/pointcloud/accumulate.cuh> and compile this file with nvcc");
}
template <class P, class T>
void run(const cuda&, const accumulate_op<P, T>&) {
  refuse_accumulators_on_cuda<P>();
}
template <class Rule>
void run(const cuda&, const each_entry<Rule>&) {
  refuse_accumulators_on_cuda<Rule>();
}
#endif

/// The promised types, declared `extern` here and instantiated in src/pointcloud.
#define ROBOCACHE_INSTANTIATE_ACCUMULATE(prefix, P)                                       \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const accumulate_op<P, float>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const accumulate_op<P, bf16>&);  \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const accumulate_op<P, f16>&);
#define ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, Rule) \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const each_entry<Rule>&);
#define ROBOCACHE_INSTANTIATE_ACCUMULATORS(prefix)                          \
  ROBOCACHE_INSTANTIATE_ACCUMULATE(prefix, float)                           \
  ROBOCACHE_INSTANTIATE_ACCUMULATE(prefix, double)                          \
  ROBOCACHE_INSTANTIATE_ACCUMULATE(prefix, bf16)                            \
  ROBOCACHE_INSTANTIATE_ACCUMULATE(prefix, f16)                             \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, reset_rule)                      \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, merge_rule)                      \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_mean_rule<float>)           \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_mean_rule<bf16>)            \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_mean_rule<f16>)             \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_max_rule<float>)            \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_max_rule<bf16>)             \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_max_rule<f16>)              \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_density_rule<std::int32_t>) \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_density_rule<std::int64_t>) \
  ROBOCACHE_INSTANTIATE_EACH_ENTRY(prefix, read_density_rule<float>)

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_INSTANTIATE_ACCUMULATORS(extern)
#endif

}  // namespace robocache::detail
