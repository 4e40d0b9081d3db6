// The kernels that reduce features over the points of voxels.
//
// A dense output is filled with what empty voxels hold, at the speed of memory, and then the rows
// of occupied voxels are written: a thread makes one lane of one row, 16 bytes of neighbouring
// channels where rows are aligned. Voxels of many points get a block each.
#pragma once

#include <robocache/detail/pointcloud/bins.cuh>
#include <robocache/detail/pointcloud/voxelize_cpu.hpp>
#include <robocache/detail/trajectory/resample_kernels.cuh>

namespace robocache::detail {

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

/// What a voxel's points give for the channels of one lane; every `step`-th of them.
template <int Width, class State>
struct lane_work {
  State states[Width] = {};
  sum_rule rules[Width] = {};

  template <class T>
  __device__ lane_work(const cloud_layout& op, const feature_op& f, const bin_table& table,
                       std::uint32_t v, std::int64_t b, std::int32_t channel, std::uint32_t from,
                       std::uint32_t step, const T*) {
    const cloud_range range = op.points_of(b);
    const auto reader = read_cloud<T>(f, b, range, op.first_slot(b, range));
    if constexpr (std::is_same_v<State, mean_state>) find_rules(f, b, range.count, channel, rules);
    reduce_channels<Width>(f, reader, table.order + table.starts[v], from, table.counts[v], step,
                           channel, rules, states);
  }

  template <class Out>
  __device__ void write(const feature_op& f, std::int32_t channel,
                        const result_row<Out>& to) const {
    Out results[Width];
    finish(f, states, rules, channel, to.argmax, results);
    store_results(to.values + channel, results);
  }
};

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
    const auto lane_of_row = item - static_cast<std::int64_t>(v) * lanes.divisor;
    const auto channel = static_cast<std::int32_t>(lane_of_row * Width);
    const std::int64_t b = table.clouds[v];
    const std::int64_t row = target.dense ? table.cells[v] : v;
    const lane_work<Width, State> work(op, f, table, v, b, channel, 0, 1,
                                       static_cast<const T*>(nullptr));
    work.write(f, channel,
               row_of_result<Out>(f, target.dense ? b : 0, row, target.dense ? op.cells : 0));
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
  __shared__ __align__(16) unsigned char memory[point_threads * sizeof(State)];
  auto* const shared = reinterpret_cast<State*>(memory);
  const std::uint32_t number = *table.large_number();
  for (std::uint32_t n = blockIdx.x; n < number; n += gridDim.x) {
    const std::uint32_t v = table.large[n];
    const std::int64_t b = table.clouds[v];
    const std::int64_t row = target.dense ? table.cells[v] : v;
    if (!target.dense && row >= target.capacity) continue;
    const result_row<Out> to =
        row_of_result<Out>(f, target.dense ? b : 0, row, target.dense ? op.cells : 0);
    for (std::int32_t channel = 0; channel < f.channels; channel += Width) {
      lane_work<Width, State> work(op, f, table, v, b, channel, threadIdx.x, point_threads,
                                   static_cast<const T*>(nullptr));
      for (int k = 0; k < Width; ++k) {
        shared[threadIdx.x] = work.states[k];
        __syncthreads();
        for (std::uint32_t half = point_threads / 2; half > 0; half /= 2) {
          if (threadIdx.x < half) shared[threadIdx.x].merge(shared[threadIdx.x + half]);
          __syncthreads();
        }
        work.states[k] = shared[0];
        __syncthreads();
      }
      if (threadIdx.x == 0) work.write(f, channel, to);
    }
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

/// Whether rows of `channels` elements, at these strides, can be moved by `bytes` at a time.
inline bool rows_aligned(const void* data, std::int64_t row_bytes, std::int64_t batch_bytes,
                         std::int64_t bytes) {
  return reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(bytes) == 0 &&
         row_bytes % bytes == 0 && batch_bytes % bytes == 0;
}

/// Calls `f` with the lane width of a feature and an empty state of its reduction.
template <class T, class Out, class F>
void with_lanes(const feature_op& feature, const F& f) {
  constexpr int widest = 16 / static_cast<int>(sizeof(T));
  constexpr auto in = static_cast<std::int64_t>(sizeof(T));
  constexpr auto out = static_cast<std::int64_t>(sizeof(Out));
  const bool wide =
      feature.channels % widest == 0 &&
      rows_aligned(feature.values, feature.row_stride * in, feature.batch_stride * in, 16) &&
      rows_aligned(feature.result, feature.result_row * out, feature.result_batch * out,
                   widest * out < 16 ? widest * out : 16);
  const auto with_state = [&](auto state) {
    if (wide) return f(std::integral_constant<int, widest>{}, state);
    f(std::integral_constant<int, 1>{}, state);
  };
  if (feature.reduce == voxel_reduction::normal) {
    return f(std::integral_constant<int, 3>{}, mean_state{});
  }
  if (feature.sums()) return with_state(mean_state{});
  with_state(max_state{});
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
  fill(name, executor, static_cast<Out*>(f.result), each, narrow<Out>(f.empty), op.items,
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
    with_types(f.type, f.output_type, [&](auto* values, auto* results) {
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

}  // namespace robocache::detail
