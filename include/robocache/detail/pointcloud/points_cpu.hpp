// The CPU driver of bounds and selections, and the gate to the CUDA one.
#pragma once

#include <robocache/detail/parallel.hpp>
#include <robocache/detail/pointcloud/points_check.hpp>

namespace robocache::detail {

/// Counts what each chunk keeps, then writes each chunk to where its rows belong.
template <class Op>
void run_selection(const cpu& executor, const Op& op) {
  const selection_chunks chunks = chunk_rows(op.most_rows());
  const std::int64_t number = op.most_rows() > 0 ? chunks.number : 0;
  const auto for_each_chunk = [&](const auto& f) {
    const auto body = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        const auto from = static_cast<std::int32_t>(k % number * chunks.rows);
        f(op.at(k / number), from, static_cast<std::size_t>(k));
      }
    };
    parallel_for(op.items * number, 8, executor.threads(), body);
  };

  std::vector<std::int32_t> places(static_cast<std::size_t>(op.items * number));
  for_each_chunk([&](const auto& item, std::int32_t from, std::size_t k) {
    std::int32_t kept = 0;
    for (std::int32_t i = from; i < chunks.end(from, item.rows); ++i) kept += item.keeps(i) ? 1 : 0;
    places[k] = kept;
  });
  std::vector<std::int32_t> totals(static_cast<std::size_t>(op.items));
  for (std::int64_t b = 0; b < op.items; ++b) {
    std::int32_t& total = totals[static_cast<std::size_t>(b)];
    for (std::int64_t k = b * number; k < (b + 1) * number; ++k) {
      const std::int32_t kept = places[static_cast<std::size_t>(k)];
      places[static_cast<std::size_t>(k)] = total;
      total += kept;
    }
    op.finish(b, total);
  }
  for_each_chunk([&](const auto& item, std::int32_t from, std::size_t k) {
    std::int32_t place = places[k];
    for (std::int32_t i = from; i < chunks.end(from, item.rows); ++i) {
      if (item.keeps(i)) item.write(i, place++);
    }
    const std::int32_t total = totals[k / static_cast<std::size_t>(number)];
    for (std::int32_t i = std::max(from, total); i < chunks.end(from, item.places); ++i) {
      item.clear(i);
    }
  });
}

template <class D>
void run(const cpu& executor, const depth_op<D>& op) {
  run_selection(executor, op);
}

template <class P>
void run(const cpu& executor, const crop_op<P>& op) {
  check_ranges_of_clouds(op.name, op.clouds);
  run_selection(executor, op);
}

template <class P>
void run(const cpu& executor, const bounds_op<P>& op) {
  check_ranges_of_clouds(op.name, op.clouds);
  constexpr std::int64_t chunk = 1 << 14;
  const std::int64_t chunks = (op.clouds.rows + chunk - 1) / chunk;
  std::vector<bounds_state<compute_type<P>>> parts(
      static_cast<std::size_t>(op.clouds.items * chunks));
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      const std::int64_t from = k % chunks * chunk;
      const cloud_range range = op.clouds.points_of(k / chunks);
      parts[static_cast<std::size_t>(k)] = op.over(k / chunks, range, from, from + chunk, 1);
    }
  };
  parallel_for(op.clouds.items * chunks, 1, executor.threads(), body);
  for (std::int64_t b = 0; b < op.clouds.items; ++b) {
    auto whole = bounds_state<compute_type<P>>::none();
    for (std::int64_t k = b * chunks; k < (b + 1) * chunks; ++k) {
      whole.merge(parts[static_cast<std::size_t>(k)]);
    }
    op.write(b, whole);
  }
}

#if defined(__CUDACC__)
template <class P>
void run(const cuda& executor, const bounds_op<P>& op);  // in points.cuh
template <class D>
void run(const cuda& executor, const depth_op<D>& op);
template <class P>
void run(const cuda& executor, const crop_op<P>& op);
#else
template <class Op>
void refuse_points_on_cuda() {
  static_assert(
      always_false<Op>,
      "robocache: the GPU code for these types of points is not compiled; link "
      "RoboCache::RoboCache built with CUDA, or include <robocache/pointcloud/points.cuh> "
      "and compile this file with nvcc");
}
template <class P>
void run(const cuda&, const bounds_op<P>&) {
  refuse_points_on_cuda<P>();
}
template <class D>
void run(const cuda&, const depth_op<D>&) {
  refuse_points_on_cuda<D>();
}
template <class P>
void run(const cuda&, const crop_op<P>&) {
  refuse_points_on_cuda<P>();
}
#endif

/// The promised types, declared `extern` here and instantiated in src/pointcloud.
#define ROBOCACHE_INSTANTIATE_POINTS(prefix, P)                                \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const bounds_op<P>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const crop_op<P>&);
#define ROBOCACHE_INSTANTIATE_DEPTH(prefix, D) \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const depth_op<D>&);

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_INSTANTIATE_POINTS(extern, float)
ROBOCACHE_INSTANTIATE_POINTS(extern, double)
ROBOCACHE_INSTANTIATE_POINTS(extern, bf16)
ROBOCACHE_INSTANTIATE_POINTS(extern, f16)
ROBOCACHE_INSTANTIATE_DEPTH(extern, std::uint16_t)
ROBOCACHE_INSTANTIATE_DEPTH(extern, float)
#endif

}  // namespace robocache::detail
