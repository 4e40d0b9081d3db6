// The kernels that reduce features over the points of voxels.
//
// A thread makes one lane of one row, up to 16 bytes of neighbouring channels where rows are
// aligned. Voxels of many points get a block each. Dense outputs that slabs do not suit
// (slab_features.cuh) are filled with what empty voxels hold first.
#pragma once

#include <robocache/detail/pointcloud/bins.cuh>
#include <robocache/detail/pointcloud/vote_op.hpp>
#include <robocache/detail/pointcloud/voxelize_cpu.hpp>
#include <robocache/detail/trajectory/resample_kernels.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Where the rows of voxels go.
struct row_target {
  bool dense = true;
  std::int64_t capacity = 0;  // of a sparse output
};

/// Writes neighbouring results, 16 bytes at a time where there are as many.
template <int Width, class Out>
__device__ __forceinline__ void store_results(Out* to, const Out (&results)[Width]) {
  constexpr int bytes = Width * static_cast<int>(sizeof(Out));
  if constexpr (Width == 1 || Width == 3) {
    for (int k = 0; k < Width; ++k) to[k] = results[k];
  } else {
    using Piece = typename lane < bytes<16 ? bytes : 16>::type;
    Piece pieces[bytes / sizeof(Piece)];
    memcpy(pieces, results, bytes);
    for (int k = 0; k < static_cast<int>(bytes / sizeof(Piece)); ++k) {
      __stcs(reinterpret_cast<Piece*>(to) + k, pieces[k]);
    }
  }
}

/// The points of a voxel.
template <class T>
struct voxel_points {
  feature_reader<T> reader;
  std::int64_t cloud, cloud_points;
  const std::uint32_t* order;
  std::uint32_t count;
};

/// Those of voxel v of a table.
template <class T>
__device__ __forceinline__ voxel_points<T> points_of_bin(const cloud_layout& op,
                                                         const feature_op& f,
                                                         const bin_table& table, std::uint32_t v) {
  const std::int64_t b = table.clouds[v];
  const cloud_range range = op.points_of(b);
  return {read_cloud<T>(f, b, range, op.first_slot(b, range)), b, range.count,
          table.order + table.starts[v], table.counts[v]};
}

template <int Width, class State, class T, class Out>
__device__ __noinline__ void reduce_any(const feature_op& f, voxel_points<T> voxel,
                                        std::int32_t channel, result_row<Out> to);

/// The reduction of neighbouring channels, one lane, of a cloud's voxels.
template <int Width, class State>
struct lane_work {
  const feature_op& f;
  std::int32_t channel;
  sum_rule rules[Width] = {};
  float limit = 0.0F;  // of the quick way

  __device__ lane_work(const feature_op& feature, std::int64_t cloud, std::int64_t cloud_points,
                       std::int32_t first_channel)
      : f(feature), channel(first_channel) {
    if constexpr (sums) {
      find_rules(f, cloud, cloud_points, channel, rules);
      limit =
          f.has_scale
              ? static_cast<float>(power_of_two(61 - f.scale) / static_cast<double>(cloud_points))
              : __int_as_float(0x7f800000);
    }
  }

  /// Every `step`-th of the points of a voxel.
  template <class T>
  __device__ void reduce(const voxel_points<T>& voxel, std::uint32_t from, std::uint32_t step,
                         State (&states)[Width]) const {
    reduce_channels<Width>(f, voxel.reader, voxel.order, from, voxel.count, step, channel, rules,
                           states);
  }

  template <class Out>
  __device__ void write(const State (&states)[Width], const result_row<Out>& to) const {
    Out results[Width];
    finish(f, states, rules, channel, to.argmax, results);
    store_results(to.values + channel, results);
  }

  /// All points of a voxel.
  template <class T, class Out>
  __device__ void reduce(const voxel_points<T>& voxel, const result_row<Out>& to) const {
    if constexpr (sums) {
      if (!write_mean(voxel, to)) reduce_any<Width, State>(f, voxel, channel, to);
    } else {
      State states[Width] = {};
      reduce(voxel, 0, 1, states);
      write(states, to);
    }
  }

 private:
  static constexpr bool sums = std::is_same_v<State, mean_state>;

  /// The quick way, the same bits, where all values are finite and surely not too large; returns
  /// whether they are.
  template <class T, class Out>
  __device__ bool write_mean(const voxel_points<T>& voxel, const result_row<Out>& to) const {
    std::int64_t sum[Width] = {};
    bool plain = true;
    for (std::uint32_t i = 0; i < voxel.count; ++i) {
      T values[Width];
      read_channels(voxel.reader.row(voxel.order[i]) + channel, values);
#pragma unroll
      for (int k = 0; k < Width; ++k) {
        const float x = widen(values[k]);
        plain = plain && fabsf(x) < limit;
        sum[k] += to_fixed(x, rules[k].scale);
      }
    }
    if (!plain) return false;
    // A quotient from the rounded inverse, which channels share, is the same (Markstein 1990).
    const auto number = static_cast<double>(voxel.count);
    const double inverse = __drcp_rn(number);
    double means[Width];
#pragma unroll
    for (int k = 0; k < Width; ++k) {
      const double whole = from_fixed(sum[k], rules[k].scale);
      const double estimate = whole * inverse;
      means[k] = robocache::fma(robocache::fma(-number, estimate, whole), inverse, estimate);
    }
    Out results[Width];
    finish(f, means, results);
    store_results(to.values + channel, results);
    return true;
  }
};

/// The same for labels: the most frequent of one channel.
template <>
struct lane_work<1, vote_state> {
  const feature_op& f;
  std::int32_t channel;

  __device__ lane_work(const feature_op& feature, std::int64_t, std::int64_t,
                       std::int32_t first_channel)
      : f(feature), channel(first_channel) {}

  template <class T>
  __device__ void reduce(const voxel_points<T>& voxel, const result_row<T>& to) const {
    to.values[channel] = vote(f, voxel.reader, voxel.order, voxel.count, channel);
  }
};

/// What the quick way cannot do. By value, and not inlined, to keep its states out of registers.
template <int Width, class State, class T, class Out>
__device__ __noinline__ void reduce_any(const feature_op& f, voxel_points<T> voxel,
                                        std::int32_t channel, result_row<Out> to) {
  const lane_work<Width, State> work(f, voxel.cloud, voxel.cloud_points, channel);
  State states[Width] = {};
  work.reduce(voxel, 0, 1, states);
  work.write(states, to);
}

template <class Out>
__device__ __forceinline__ result_row<Out> row_of_bin(const cloud_layout& op, const feature_op& f,
                                                      const bin_table& table,
                                                      const row_target& target, std::uint32_t v) {
  if (!target.dense) return row_of_result<Out>(f, 0, v, 0);
  return row_of_result<Out>(f, table.clouds[v], table.cells[v], op.cells);
}

/// The rows of all voxels but large ones.
template <class T, class Out, int Width, class State>
__global__ void __launch_bounds__(point_threads)
    features_kernel(const __grid_constant__ cloud_layout op, const __grid_constant__ feature_op f,
                    const __grid_constant__ bin_table table,
                    const __grid_constant__ row_target target,
                    const __grid_constant__ fast_divisor lanes) {
  wait_for_stream();
  const std::int64_t number = *table.number();
  const std::int64_t rows = target.dense || number < target.capacity ? number : target.capacity;
  const std::int64_t items = rows * lanes.divisor;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * point_threads;
  for (std::int64_t item = static_cast<std::int64_t>(blockIdx.x) * point_threads + threadIdx.x;
       item < items; item += step) {
    const auto v = static_cast<std::uint32_t>(
        items <= INT32_MAX ? lanes.divide(static_cast<std::uint32_t>(item)) : item / lanes.divisor);
    if (table.counts[v] > large_voxel) continue;
    const auto voxel = points_of_bin<T>(op, f, table, v);
    const auto lane_of_row = item - static_cast<std::int64_t>(v) * lanes.divisor;
    const auto channel = static_cast<std::int32_t>(lane_of_row * Width);
    const lane_work<Width, State> work(f, voxel.cloud, voxel.cloud_points, channel);
    work.reduce(voxel, row_of_bin<Out>(op, f, table, target, v));
  }
}

/// Merges the states of a block's threads.
template <class State>
__device__ __forceinline__ State merge_in_block(const State& mine) {
  __shared__ __align__(16) unsigned char memory[point_threads * sizeof(State)];
  auto* const shared = reinterpret_cast<State*>(memory);
  shared[threadIdx.x] = mine;
  __syncthreads();
  for (std::uint32_t half = point_threads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) shared[threadIdx.x].merge(shared[threadIdx.x + half]);
    __syncthreads();
  }
  const State all = shared[0];
  __syncthreads();
  return all;
}

/// The row of a large voxel, by all threads of a block.
template <class Out, int Width, class State, class T>
__device__ __forceinline__ void reduce_together(const voxel_points<T>& voxel, const feature_op& f,
                                                const result_row<Out>& to) {
  for (std::int32_t channel = 0; channel < f.channels; channel += Width) {
    if constexpr (std::is_same_v<State, vote_state>) {
      election<T> votes(f, voxel.count);
      while (votes.is_open()) {
        votes.take(merge_in_block(count_votes(voxel.reader, voxel.order, threadIdx.x, voxel.count,
                                              point_threads, channel, votes.floor)));
      }
      if (threadIdx.x == 0) to.values[channel] = votes.winner();
    } else {
      const lane_work<Width, State> work(f, voxel.cloud, voxel.cloud_points, channel);
      State states[Width] = {};
      work.reduce(voxel, threadIdx.x, point_threads, states);
#pragma unroll
      for (int k = 0; k < Width; ++k) states[k] = merge_in_block(states[k]);
      if (threadIdx.x == 0) work.write(states, to);
    }
  }
}

/// Rows of large voxels, a block each.
template <class T, class Out, int Width, class State>
__global__ void __launch_bounds__(point_threads)
    large_features_kernel(const __grid_constant__ cloud_layout op,
                          const __grid_constant__ feature_op f,
                          const __grid_constant__ bin_table table,
                          const __grid_constant__ row_target target) {
  wait_for_stream();
  const std::uint32_t number = *table.large_number();
  for (std::uint32_t n = blockIdx.x; n < number; n += gridDim.x) {
    const std::uint32_t v = table.large[n];
    if (!target.dense && v >= target.capacity) continue;
    reduce_together<Out, Width, State>(points_of_bin<T>(op, f, table, v), f,
                                       row_of_bin<Out>(op, f, table, target, v));
  }
}

template <class = void>
__global__ void __launch_bounds__(point_threads)
    write_counts_kernel(const __grid_constant__ bin_table table, std::int32_t* counts,
                        std::int64_t batch_stride) {
  wait_for_stream();
  const std::uint32_t v = blockIdx.x * point_threads + threadIdx.x;
  if (v >= *table.number()) return;
  counts[table.clouds[v] * batch_stride + table.cells[v]] =
      static_cast<std::int32_t>(table.counts[v]);
}

/// Calls `f` with the lane width of a feature and an empty state of its reduction.
template <class T, class Out, class F>
void with_lanes(const feature_op& feature, const F& f) {
  if constexpr (std::is_integral_v<T>) {
    f(std::integral_constant<int, 1>{}, vote_state{});
  } else {
    constexpr auto out = static_cast<std::int64_t>(sizeof(Out));
    const auto with_state = [&](auto widest, auto state) {
      constexpr int width = decltype(widest)::value;
      constexpr std::int64_t bytes = width * out < 16 ? width * out : 16;
      const bool wide =
          reads_wide<T>(feature) &&
          rows_aligned(feature.result, feature.result_row * out, feature.result_batch * out, bytes);
      if (wide) return f(widest, state);
      f(std::integral_constant<int, 1>{}, state);
    };
    if (feature.reduce == voxel_reduction::normal) {
      return f(std::integral_constant<int, 3>{}, mean_state{});
    }
    if (feature.sums()) return with_state(std::integral_constant<int, 4>{}, mean_state{});
    with_state(std::integral_constant<int, 16 / static_cast<int>(sizeof(T))>{}, max_state{});
  }
}

inline std::int64_t blocks_for(std::int64_t items) {
  const std::int64_t blocks = (items + point_threads - 1) / point_threads;
  return blocks < 1 ? 1 : blocks > (1 << 20) ? 1 << 20 : blocks;
}

/// `entries` times `count` elements, `stride` elements apart, set to one value.
template <class V>
void fill(const char* name, const cuda& executor, V* data, std::int64_t count, V value,
          std::int64_t entries, std::int64_t stride) {
  std::uint32_t pattern = 0;
  for (std::size_t k = 0; k < sizeof(pattern); k += sizeof(V)) {
    memcpy(reinterpret_cast<unsigned char*>(&pattern) + k, &value, sizeof(V));
  }
  constexpr auto size = static_cast<std::int64_t>(sizeof(V));
  set_memory(name, executor, data, count * size, pattern, entries, stride * size);
}

/// A dense output as it is without points.
template <class Out>
void fill_rows(const char* name, const cuda& executor, const cloud_layout& op,
               const feature_op& f) {
  const std::int64_t each = op.cells * f.channels;
  fill(name, executor, static_cast<Out*>(f.result), each, empty_value<Out>(f), op.items,
       f.result_batch);
  if (f.argmax != nullptr) fill(name, executor, f.argmax, each, -1, op.items, each);
}

/// Launches what a sparse or dense output of one feature needs.
template <class T, class Out>
void write_feature(const char* name, const cuda& executor, const cloud_layout& op,
                   const feature_op& f, const bin_table& table, const row_target& target) {
  if (target.dense) fill_rows<Out>(name, executor, op, f);
  if (op.slots() == 0) return;
  with_lanes<T, Out>(f, [&](auto width, auto state) {
    constexpr int Width = decltype(width)::value;
    using State = decltype(state);
    const auto lanes = static_cast<std::uint32_t>(f.channels / Width);
    const std::int64_t rows = target.dense ? op.slots() : std::min(target.capacity, op.slots());
    launch(name, executor, features_kernel<T, Out, Width, State>, blocks_for(rows * lanes),
           point_threads, 0, op, f, table, target, fast_divisor(lanes));
    if (op.slots() > large_voxel) {
      const std::int64_t most = op.slots() / large_voxel;
      launch(name, executor, large_features_kernel<T, Out, Width, State>, most < 528 ? most : 528,
             point_threads, 0, op, f, table, target);
    }
  });
}

inline void write_features(const char* name, const cuda& executor, const cloud_layout& op,
                           const voxel_bins& bins, const row_target& target) {
  for (const feature_op& f : bins.features) {
    with_types(f, [&](auto* values, auto* results) {
      write_feature<std::remove_pointer_t<decltype(values)>,
                    std::remove_pointer_t<decltype(results)>>(name, executor, op, f, bins.table,
                                                              target);
    });
  }
}

template <class P>
void write_dense_features(const char* name, const cuda& executor, const features_op<P>& op,
                          const voxel_bins& bins) {
  const auto& layout = static_cast<const cloud_layout&>(op.locate);
  write_features(name, executor, layout, bins, {true, 0});
  if (op.counts.data == nullptr) return;
  fill(name, executor, op.counts.data, layout.cells, 0, layout.items, op.counts.batch_stride);
  if (layout.slots() == 0) return;
  launch(name, executor, write_counts_kernel<>, blocks_for(layout.slots()), point_threads, 0,
         bins.table, op.counts.data, op.counts.batch_stride);
}

template <class P>
void check_device_features(const char* name, const locate_op<P>& op,
                           const std::vector<feature_op>& features) {
  for (std::size_t n = 0; n < features.size(); ++n) {
    const std::string feature = "features[" + std::to_string(n) + "]";
    if (op.slots() > 0) {
      check_device_pointer(name, (feature + ".values").c_str(), features[n].values);
    }
    if (op.items > 0) check_device_pointer(name, (feature + ".output").c_str(), features[n].result);
    check_device_pointer(name, (feature + ".argmax").c_str(), features[n].argmax);
  }
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
