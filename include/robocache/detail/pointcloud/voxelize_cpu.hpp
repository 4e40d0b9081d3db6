// The CPU driver of dense voxelization, and the gate to the CUDA one.
//
// Points are sorted by slabs of voxels, a chunk of points at a time; then each slab counts its own
// and writes its part of the output once. No thread writes where another does.
#pragma once

#include <robocache/detail/parallel.hpp>
#include <robocache/detail/pointcloud/sort_cpu.hpp>
#include <robocache/detail/pointcloud/voxelize_check.hpp>

namespace robocache::detail {

/// `voxelize_features`, dense.
template <class P>
struct features_op {
  locate_op<P> locate;
  std::vector<feature_op> features;
  cell_target<std::int32_t> counts;
};

/// Calls `run(executor, op)` for whichever executor it is.
template <class Executor, class Op>
void run_on(const Executor& executor, const Op& op) {
  if constexpr (std::is_same_v<Executor, any_executor>) {
    executor.visit([&](const auto& chosen) { run(chosen, op); });
  } else {
    run(executor, op);
  }
}

constexpr int slab_bits = 14;  // voxels of a slab: their counts fit a core's own cache
constexpr std::int64_t slab_cells = std::int64_t{1} << slab_bits;
constexpr std::int64_t chunk_points = 1 << 14;

/// The points of a chunk, sorted by slab: `places` within the slab, from starts[s] on for slab s.
struct sorted_chunk {
  std::vector<std::uint16_t> places;
  std::vector<std::uint32_t> starts;
};

/// Counts of what became of points.
struct point_counts {
  std::int64_t inside = 0, outside = 0, invalid = 0;
};

template <class P>
sorted_chunk sort_chunk(const locate_op<P>& op, std::int64_t b, const cloud_range& range,
                        std::int64_t begin, std::int64_t end, std::int64_t slabs,
                        point_counts& counts) {
  sorted_chunk chunk;
  chunk.starts.assign(static_cast<std::size_t>(slabs) + 1, 0);
  std::vector<std::int64_t> cells;
  cells.reserve(static_cast<std::size_t>(end - begin));
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t cell = op.cell_of(b, range, i);
    if (cell >= 0) {
      cells.push_back(cell);
      ++chunk.starts[static_cast<std::size_t>(cell >> slab_bits) + 1];
    } else {
      ++(cell == voxel_finder<float>::outside ? counts.outside : counts.invalid);
    }
  }
  counts.inside += static_cast<std::int64_t>(cells.size());
  for (std::size_t s = 1; s < chunk.starts.size(); ++s) chunk.starts[s] += chunk.starts[s - 1];
  std::vector<std::uint32_t> next(chunk.starts);
  chunk.places.resize(cells.size());
  for (const std::int64_t cell : cells) {
    chunk.places[next[static_cast<std::size_t>(cell >> slab_bits)]++] =
        static_cast<std::uint16_t>(cell & (slab_cells - 1));
  }
  return chunk;
}

/// Writes `count` voxels from their counts.
template <class Out>
void write_cells(const cell_value& value, const std::uint32_t* counts, std::int64_t count,
                 const cell_target<Out>& to, std::int64_t b, std::int64_t first) {
  auto* const data = to.data + b * to.batch_stride;
  if constexpr (std::is_same_v<Out, cell_bits>) {
    for (std::int64_t i = 0; i < count; i += 32) {
      std::uint32_t word = 0;
      for (std::int64_t k = i; k < std::min(i + 32, count); ++k) {
        word |= static_cast<std::uint32_t>(counts[k] != 0) << (k - i);
      }
      data[(first + i) / 32] = word;
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) data[first + i] = value.of<Out>(counts[i]);
  }
}

template <class P>
void write_reports(const locate_op<P>& op, std::int64_t b, const point_counts& counts) {
  if (op.inside != nullptr) op.inside[b] = counts.inside;
  if (op.outside != nullptr) op.outside[b] = counts.outside;
  if (op.invalid != nullptr) op.invalid[b] = counts.invalid;
}

template <class P, class Out>
void run(const cpu& executor, const fill_op<P, Out>& op) {
  const locate_op<P>& locate = op.locate;
  check_ranges_of_clouds(op.name, locate);
  struct part {
    std::int64_t cloud, begin, end;
    sorted_chunk sorted;
    point_counts counts;
  };
  std::vector<part> parts;
  std::vector<std::size_t> first_part(1, 0);
  for (std::int64_t b = 0; b < locate.items; ++b) {
    const std::int64_t count = locate.points_of(b).count;
    for (std::int64_t i = 0; i < count; i += chunk_points) {
      parts.push_back({b, i, std::min(i + chunk_points, count), {}, {}});
    }
    first_part.push_back(parts.size());
  }
  const std::int64_t slabs = (locate.cells - 1) / slab_cells + 1;
  parallel_for(static_cast<std::int64_t>(parts.size()), 1, executor.threads(),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t k = begin; k < end; ++k) {
                   part& p = parts[static_cast<std::size_t>(k)];
                   p.sorted = sort_chunk(locate, p.cloud, locate.points_of(p.cloud), p.begin, p.end,
                                         slabs, p.counts);
                 }
               });
  parallel_for(locate.items * slabs, 1, executor.threads(),
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<std::uint32_t> counts(static_cast<std::size_t>(slab_cells));
                 for (std::int64_t k = begin; k < end; ++k) {
                   const std::int64_t b = k / slabs, s = k % slabs;
                   std::fill(counts.begin(), counts.end(), 0U);
                   for (std::size_t n = first_part[static_cast<std::size_t>(b)];
                        n < first_part[static_cast<std::size_t>(b) + 1]; ++n) {
                     const sorted_chunk& chunk = parts[n].sorted;
                     const auto slab = static_cast<std::size_t>(s);
                     for (std::uint32_t i = chunk.starts[slab]; i < chunk.starts[slab + 1]; ++i) {
                       ++counts[chunk.places[i]];
                     }
                   }
                   const std::int64_t first = s * slab_cells;
                   write_cells(op.value, counts.data(), std::min(slab_cells, locate.cells - first),
                               op.to, b, first);
                 }
               });
  for (std::int64_t b = 0; b < locate.items; ++b) {
    point_counts counts;
    for (const part& p : parts) {
      if (p.cloud != b) continue;
      counts.inside += p.counts.inside;
      counts.outside += p.counts.outside;
      counts.invalid += p.counts.invalid;
    }
    write_reports(locate, b, counts);
  }
}

/// Fills voxels without points.
template <class Out>
void fill_empty(Out* data, std::int64_t count, Out value, int threads) {
  parallel_for(count, 1 << 16, threads, [&](std::int64_t begin, std::int64_t end) {
    std::fill(data + begin, data + end, value);
  });
}

/// The largest finite magnitude of each channel over a cloud's points inside, as bits.
template <class T>
void find_largest(const feature_op& f, const feature_reader<T>& reader, const cloud_voxels& voxels,
                  std::uint32_t* largest) {
  for (const std::uint32_t slot : voxels.order) {
    const T* const row = reader.row(slot);
    for (std::int32_t c = 0; c < f.channels; ++c) {
      const std::uint32_t bits = bit_cast<std::uint32_t>(widen(row[c])) & 0x7fffffffU;
      if (bits < 0x7f800000U && bits > largest[c]) largest[c] = bits;
    }
  }
}

/// One voxel's row.
template <class T, class Out>
void reduce_voxel(const feature_op& f, const feature_reader<T>& reader, const std::uint32_t* order,
                  std::int64_t count, std::int64_t b, std::int64_t points,
                  const result_row<Out>& to) {
  const auto reduce = [&](auto width, auto state, std::int32_t channel) {
    constexpr int channels = decltype(width)::value;
    decltype(state) states[channels] = {};
    sum_rule rules[channels] = {};
    if (f.sums()) find_rules(f, b, points, channel, rules);
    reduce_channels<channels>(f, reader, order, 0, count, 1, channel, rules, states);
    Out results[channels];
    finish(f, states, rules, channel, to.argmax, results);
    for (int k = 0; k < channels; ++k) to.values[channel + k] = results[k];
  };
  if (f.reduce == voxel_reduction::normal) {
    for (std::int32_t c = 0; c < f.channels; c += 3) {
      reduce(std::integral_constant<int, 3>{}, mean_state{}, c);
    }
  } else {
    for (std::int32_t c = 0; c < f.channels; ++c) {
      if (f.sums()) {
        reduce(std::integral_constant<int, 1>{}, mean_state{}, c);
      } else {
        reduce(std::integral_constant<int, 1>{}, max_state{}, c);
      }
    }
  }
}

/// Sorts all clouds into voxels and writes the reports.
template <class P>
std::vector<cloud_voxels> sort_clouds(const locate_op<P>& op, int threads) {
  std::vector<cloud_voxels> clouds(static_cast<std::size_t>(op.items));
  for (std::int64_t b = 0; b < op.items; ++b) {
    clouds[static_cast<std::size_t>(b)] = sort_cloud(op, b, threads);
  }
  return clouds;
}

/// Finds the scale of a feature that has none, and calls `f(feature, b, reader)` for each cloud.
template <class P, class F>
void with_clouds(const locate_op<P>& op, const std::vector<cloud_voxels>& clouds,
                 const feature_op& given, const F& f) {
  std::vector<std::uint32_t> largest;
  feature_op feature = given;
  if (feature.needs_largest()) {
    largest.assign(static_cast<std::size_t>(op.items * feature.channels), 0);
    feature.largest = largest.data();
  }
  with_types(feature.type, feature.output_type, [&](auto* values, auto* results) {
    using T = std::remove_pointer_t<decltype(values)>;
    for (std::int64_t b = 0; b < op.items; ++b) {
      const cloud_range range = op.points_of(b);
      const auto reader = read_cloud<T>(feature, b, range, op.first_slot(b, range));
      if (feature.needs_largest()) {
        find_largest(feature, reader, clouds[static_cast<std::size_t>(b)],
                     largest.data() + b * feature.channels);
      }
      f(feature, b, reader, results);
    }
  });
}

template <class P>
void run(const cpu& executor, const features_op<P>& op) {
  const locate_op<P>& locate = op.locate;
  const int threads = executor.threads();
  check_ranges_of_clouds("voxelize_features", locate);
  const std::vector<cloud_voxels> clouds = sort_clouds(locate, threads);
  for (const feature_op& given : op.features) {
    with_clouds(
        locate, clouds, given,
        [&](const feature_op& f, std::int64_t b, const auto& reader, auto* results) {
          using Out = std::remove_pointer_t<decltype(results)>;
          const cloud_voxels& voxels = clouds[static_cast<std::size_t>(b)];
          const std::int64_t points = locate.points_of(b).count;
          const auto whole = row_of_result<Out>(f, b, 0, locate.cells);
          fill_empty(whole.values, locate.cells * f.channels, narrow<Out>(f.empty), threads);
          if (whole.argmax != nullptr) {
            fill_empty(whole.argmax, locate.cells * f.channels, -1, threads);
          }
          parallel_for(voxels.count(), 256, threads, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t v = begin; v < end; ++v) {
              const auto at = static_cast<std::size_t>(v);
              reduce_voxel(f, reader, voxels.order.data() + voxels.starts[at],
                           voxels.starts[at + 1] - voxels.starts[at], b, points,
                           row_of_result<Out>(f, b, voxels.cells[at], locate.cells));
            }
          });
        });
  }
  for (std::int64_t b = 0; op.counts.data != nullptr && b < locate.items; ++b) {
    const cloud_voxels& voxels = clouds[static_cast<std::size_t>(b)];
    std::int32_t* const counts = op.counts.data + b * op.counts.batch_stride;
    fill_empty(counts, locate.cells, 0, threads);
    for (std::size_t v = 0; v < voxels.cells.size(); ++v) {
      counts[voxels.cells[v]] = static_cast<std::int32_t>(voxels.starts[v + 1] - voxels.starts[v]);
    }
  }
}

#if defined(__CUDACC__)
template <class P, class Out>
void run(const cuda& executor, const fill_op<P, Out>& op);  // in voxelize.cuh
template <class P>
void run(const cuda& executor, const features_op<P>& op);
#else
template <class P, class Out>
void run(const cuda&, const fill_op<P, Out>&) {
  static_assert(
      always_false<P, Out>,
      "robocache::voxelize: the GPU code is not compiled; link RoboCache::RoboCache built "
      "with CUDA, or include <robocache/pointcloud/voxelize.cuh> and compile this file "
      "with nvcc");
}
template <class P>
void run(const cuda&, const features_op<P>&) {
  static_assert(always_false<P>,
                "robocache::voxelize_features: the GPU code is not compiled; link "
                "RoboCache::RoboCache built with CUDA, or include "
                "<robocache/pointcloud/voxelize.cuh> and compile this file with nvcc");
}
#endif

/// The promised types, declared `extern` here and instantiated in src/pointcloud.
#define ROBOCACHE_INSTANTIATE_VOXELIZE(prefix, P)                                          \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, std::uint8_t>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, bf16>&);         \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, float>&);        \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, std::int32_t>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const fill_op<P, cell_bits>&);    \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const features_op<P>&);

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, float)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, double)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, bf16)
ROBOCACHE_INSTANTIATE_VOXELIZE(extern, f16)
#endif

}  // namespace robocache::detail
