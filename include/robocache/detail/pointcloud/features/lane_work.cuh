// The reduction of neighbouring channels of a voxel: by one thread, or by a block together.
#pragma once

#include <robocache/detail/cloud/points.cuh>
#include <robocache/detail/cuda/lane.cuh>
#include <robocache/detail/pointcloud/features/vote_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Whether rows can be moved by `bytes` at a time.
inline bool rows_aligned(const void* data, std::int64_t row_bytes, std::int64_t batch_bytes,
                         std::int64_t bytes) {
  return reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(bytes) == 0 &&
         row_bytes % bytes == 0 && batch_bytes % bytes == 0;
}

/// Whether the values of a feature can be read 16 bytes at a time.
template <class T>
bool reads_wide(const feature_op& f) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  return f.channels % (16 / size) == 0 &&
         rows_aligned(f.values, f.row_stride * size, f.batch_stride * size, 16);
}

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
  std::int64_t cloud_points;
  const std::uint32_t* order;
  std::uint32_t count;
};

template <int Width, class State, class T, class Out>
__device__ __noinline__ void reduce_any(const feature_op& f, voxel_points<T> voxel,
                                        std::int32_t channel, result_row<Out> to);

/// The reduction of neighbouring channels, one lane, of a cloud's voxels.
template <int Width, class State>
struct lane_work {
  const feature_op& f;
  std::int32_t channel;
  sum_rule rules[Width] = {};  // of a voxel at a time, unless the scale is given
  float limit = 0.0F;          // of the quick way

  __device__ lane_work(const feature_op& feature, std::int64_t cloud_points,
                       std::int32_t first_channel)
      : f(feature), channel(first_channel) {
    if constexpr (sums) {
      for (int k = 0; k < Width; ++k) rules[k] = f.given_rule(cloud_points);
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

  /// Every `step`-th of the points of a voxel, for its scales.
  template <class T>
  __device__ void find_largest(const voxel_points<T>& voxel, std::uint32_t from, std::uint32_t step,
                               largest_state (&largest)[Width]) const {
    detail::find_largest(voxel.reader, voxel.order, from, voxel.count, step, channel, largest);
  }
  __device__ void choose_rules(const largest_state (&largest)[Width], std::uint32_t count) {
    if (f.has_scale) return;
#pragma unroll
    for (int k = 0; k < Width; ++k) rules[k] = rule_for(largest[k], count);
  }

  template <class Out>
  __device__ void write(const State (&states)[Width], const result_row<Out>& to) const {
    Out results[Width];
    finish(f, states, rules, channel, to.argmax, results);
    store_results(to.values + channel, results);
  }

  /// All points of a voxel.
  template <class T, class Out>
  __device__ void reduce(const voxel_points<T>& voxel, const result_row<Out>& to) {
    if constexpr (sums) {
      largest_state largest[Width];
      if (!f.has_scale) find_largest(voxel, 0, 1, largest);
      choose_rules(largest, voxel.count);
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

  __device__ lane_work(const feature_op& feature, std::int64_t, std::int32_t first_channel)
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
  lane_work<Width, State> work(f, voxel.cloud_points, channel);
  largest_state largest[Width];
  work.find_largest(voxel, 0, 1, largest);
  work.choose_rules(largest, voxel.count);
  State states[Width] = {};
  work.reduce(voxel, 0, 1, states);
  work.write(states, to);
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
      lane_work<Width, State> work(f, voxel.cloud_points, channel);
      if constexpr (std::is_same_v<State, mean_state>) {
        largest_state largest[Width];
        if (!f.has_scale) work.find_largest(voxel, threadIdx.x, point_threads, largest);
#pragma unroll
        for (int k = 0; k < Width; ++k) largest[k] = merge_in_block(largest[k]);
        work.choose_rules(largest, voxel.count);
      }
      State states[Width] = {};
      work.reduce(voxel, threadIdx.x, point_threads, states);
#pragma unroll
      for (int k = 0; k < Width; ++k) states[k] = merge_in_block(states[k]);
      if (threadIdx.x == 0) work.write(states, to);
    }
  }
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

}  // namespace detail
ROBOCACHE_END_NAMESPACE
