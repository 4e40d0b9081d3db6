// The CPU drivers of `voxelize_sparse` and `voxelize_first`, and the gates to the CUDA ones.
#pragma once

#include <robocache/detail/pointcloud/features_cpu.hpp>

namespace robocache {
struct sparse_voxels;
struct first_points;
}  // namespace robocache

namespace robocache::detail {

/// The occupied voxels of a batch: where they are written.
struct voxel_list {
  std::int32_t* coordinates = nullptr;
  std::int64_t coordinates_row = 4;
  std::int32_t* counts = nullptr;
  std::int64_t* number = nullptr;
  std::int64_t capacity = 0;

  template <class P>
  ROBOCACHE_HD void write_coordinates(const locate_op<P>& op, std::int64_t v, std::int64_t b,
                                      std::int64_t cell) const {
    std::int32_t* const to = coordinates + v * coordinates_row;
    to[0] = static_cast<std::int32_t>(b);
    if (op.cells <= INT32_MAX) {  // divisions of 32 bits are quicker
      write_place(to, static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(op.extents[0]),
                  static_cast<std::uint32_t>(op.extents[1]));
    } else {
      write_place(to, cell, op.extents[0], op.extents[1]);
    }
  }

 private:
  template <class Index>
  ROBOCACHE_HD static void write_place(std::int32_t* to, Index cell, Index along_x, Index along_y) {
    const Index line = cell / along_x;
    to[1] = static_cast<std::int32_t>(line / along_y);
    to[2] = static_cast<std::int32_t>(line % along_y);
    to[3] = static_cast<std::int32_t>(cell - line * along_x);
  }
};

template <class P>
struct sparse_op {
  locate_op<P> locate;
  std::vector<feature_op> features;
  voxel_list voxels;
};

template <class P>
struct first_op {
  locate_op<P> locate;
  voxel_list voxels;
  std::int64_t most = 1;  // K
  std::int32_t* indices = nullptr;
  std::int64_t indices_row = 1;
  std::int64_t* dropped = nullptr;
  std::int32_t* voxel_of = nullptr;
  std::int64_t voxel_of_batch = 0;
  const float* values = nullptr;
  std::int64_t values_batch = 0, values_row = 0, channels = 0;
  float* output = nullptr;
  std::int64_t output_voxel = 0, output_row = 0;

  /// The row of the values of a cloud's point.
  ROBOCACHE_HD const float* row_of(std::int64_t b, const cloud_range& range, std::int64_t i) const {
    return values + (locate.offsets != nullptr ? 0 : b) * values_batch +
           (range.first + i) * values_row;
  }
};

/// `name` is that of the argument.
template <class Voxels>
voxel_list check_list(const char* op, const std::string& name, const Voxels& voxels) {
  const std::string coordinates = name + ".coordinates", counts = name + ".counts",
                    number = name + ".number";
  voxel_list list;
  list.capacity = voxels.coordinates.extent(0);
  if (list.capacity > INT32_MAX) fail(op, "at most 2^31 - 1 voxels fit one call");
  require_extent(op, coordinates.c_str(), 1, voxels.coordinates.extent(1), "4", 4);
  check_view(op, coordinates.c_str(), voxels.coordinates, true);
  if (voxels.counts.data_handle() != nullptr || voxels.counts.extent(0) != 0) {
    require_extent(op, counts.c_str(), 0, voxels.counts.extent(0),
                   extent_name(coordinates.c_str(), 0).c_str(), list.capacity);
    check_view(op, counts.c_str(), voxels.counts, true);
    list.counts = voxels.counts.data_handle();
  }
  require_extent(op, number.c_str(), 0, voxels.number.extent(0), "1", 1);
  check_view(op, number.c_str(), voxels.number, true);
  list.coordinates = voxels.coordinates.data_handle();
  list.coordinates_row = voxels.coordinates.stride(0);
  list.number = voxels.number.data_handle();
  return list;
}

template <class Voxels>
voxel_list check_sparse(const char* op, const Voxels& voxels) {
  return check_list(op, "voxels", voxels);
}

template <class First, class P>
void check_first(const char* name, std::int64_t batch, std::int64_t rows, const First& kept,
                 const view<const float, 3>& values, const view<float, 3>& output,
                 first_op<P>& op) {
  op.voxels = check_list(name, "kept", kept);
  require_extent(name, "kept.indices", 0, kept.indices.extent(0), "kept.coordinates.extent(0)",
                 op.voxels.capacity);
  check_view(name, "kept.indices", kept.indices, true);
  op.most = kept.indices.extent(1);
  if ((op.most < 1) || (INT32_MAX < op.most)) {
    fail(name,
         "kept.indices.extent(1) must be 1 to 2^31 - 1 (got " + std::to_string(op.most) + ")");
  }
  op.indices = kept.indices.data_handle();
  op.indices_row = kept.indices.stride(0);
  if (kept.dropped.data_handle() != nullptr) {
    require_extent(name, "kept.dropped", 0, kept.dropped.extent(0), "1", 1);
    check_view(name, "kept.dropped", kept.dropped, true);
    op.dropped = kept.dropped.data_handle();
  }
  if (kept.voxel_of.data_handle() != nullptr) {
    require_extent(name, "kept.voxel_of", 0, kept.voxel_of.extent(0), "points.extent(0)", batch);
    require_extent(name, "kept.voxel_of", 1, kept.voxel_of.extent(1), "points.extent(1)", rows);
    check_view(name, "kept.voxel_of", kept.voxel_of, true);
    op.voxel_of = kept.voxel_of.data_handle();
    op.voxel_of_batch = kept.voxel_of.stride(0);
  }
  if ((values.data_handle() == nullptr) != (output.data_handle() == nullptr)) {
    fail(name, "values and output must be given together");
  }
  if (output.data_handle() == nullptr) return;
  require_extent(name, "values", 0, values.extent(0), "points.extent(0)", batch);
  require_extent(name, "values", 1, values.extent(1), "points.extent(1)", rows);
  check_view(name, "values", values);
  require_extent(name, "output", 0, output.extent(0), "kept.coordinates.extent(0)",
                 op.voxels.capacity);
  require_extent(name, "output", 1, output.extent(1), "kept.indices.extent(1)", op.most);
  require_extent(name, "output", 2, output.extent(2), "values.extent(2)", values.extent(2));
  check_view(name, "output", output, true);
  op.values = values.data_handle();
  op.values_batch = values.stride(0);
  op.values_row = values.stride(1);
  op.channels = values.extent(2);
  op.output = output.data_handle();
  op.output_voxel = output.stride(0);
  op.output_row = output.stride(1);
}

/// The rows of a list of voxels.
struct voxel_rows {
  std::vector<std::int64_t> starts{0};  // of each cloud, and the end

  voxel_rows(const sorted_clouds& clouds, std::int64_t items) {
    for (std::int64_t b = 0; b < items; ++b) starts.push_back(starts.back() + clouds[b].count);
  }

  [[nodiscard]] std::int64_t number() const { return starts.back(); }

  /// Calls `with(b)` for the clouds of the first `fit` rows, and what it returns by
  /// `(v, row)` for their voxels.
  template <class F>
  void each(std::int64_t fit, int threads, const F& with) const {
    parallel_for(std::min(fit, number()), 256, threads, [&](std::int64_t begin, std::int64_t end) {
      auto next = std::upper_bound(starts.begin(), starts.end(), begin);
      for (std::int64_t row = begin; row < end; ++next) {
        const std::int64_t b = next - starts.begin() - 1, last = std::min(*next, end);
        if (row == last) continue;  // no voxel
        const auto f = with(b);
        for (; row < last; ++row) f(row - *(next - 1), row);
      }
    });
  }
};

template <class P>
void run(const cpu& executor, const sparse_op<P>& op) {
  const locate_op<P>& locate = op.locate;
  const voxel_list& list = op.voxels;
  const int threads = executor.threads();
  check_ranges_of_clouds("voxelize_sparse", locate);
  const sorted_clouds clouds(locate, threads);
  const voxel_rows rows(clouds, locate.items);
  *list.number = rows.number();
  rows.each(list.capacity, threads, [&](std::int64_t b) {
    return [&, b](std::int64_t v, std::int64_t row) {
      list.write_coordinates(locate, row, b, clouds[b].cells[v]);
      if (list.counts != nullptr) {
        list.counts[row] = static_cast<std::int32_t>(clouds[b].size_of(v));
      }
    };
  });
  for (const feature_op& given : op.features) {
    with_feature(locate, clouds, given, threads,
                 [&](const feature_op& f, const auto& feature_of, auto* results) {
                   using Out = std::remove_pointer_t<decltype(results)>;
                   rows.each(list.capacity, threads, [&](std::int64_t b) {
                     return [&, b, feature = feature_of(b)](std::int64_t v, std::int64_t row) {
                       feature(clouds[b].points_of(v), clouds[b].size_of(v),
                               row_of_result<Out>(f, 0, row, 0));
                     };
                   });
                 });
  }
}

/// Writes voxel v of cloud b, and its first points, to `row`; returns how many those are.
template <class P>
std::int64_t write_first_points(const first_op<P>& op, std::int64_t b, const cloud_voxels& voxels,
                                std::int64_t v, std::int64_t row) {
  const locate_op<P>& locate = op.locate;
  const cloud_range range = locate.points_of(b);
  const std::int64_t first_slot = locate.first_slot(b, range);
  const std::uint32_t* const order = voxels.points_of(v);
  const std::int64_t count = voxels.size_of(v), keep = std::min(count, op.most);
  op.voxels.write_coordinates(locate, row, b, voxels.cells[v]);
  if (op.voxels.counts != nullptr) op.voxels.counts[row] = static_cast<std::int32_t>(keep);
  for (std::int64_t k = 0; k < op.most; ++k) {
    const std::int64_t i = k < keep ? order[k] - first_slot : -1;
    op.indices[row * op.indices_row + k] = static_cast<std::int32_t>(i);
    if (op.output == nullptr) continue;
    float* const to = op.output + row * op.output_voxel + k * op.output_row;
    if (i < 0) {
      std::fill_n(to, op.channels, 0.0F);
    } else {
      std::copy_n(op.row_of(b, range, i), op.channels, to);
    }
  }
  for (std::int64_t k = 0; op.voxel_of != nullptr && k < count; ++k) {
    const std::int64_t i = order[k] - first_slot;
    op.voxel_of[(locate.offsets != nullptr ? 0 : b) * op.voxel_of_batch + range.first + i] =
        static_cast<std::int32_t>(row);
  }
  return keep;
}

template <class P>
void run(const cpu& executor, const first_op<P>& op) {
  const locate_op<P>& locate = op.locate;
  const int threads = executor.threads();
  check_ranges_of_clouds("voxelize_first", locate);
  const sorted_clouds clouds(locate, threads);
  const std::int64_t entries = locate.offsets != nullptr ? 1 : locate.items;
  for (std::int64_t b = 0; op.voxel_of != nullptr && b < entries; ++b) {
    std::fill_n(op.voxel_of + b * op.voxel_of_batch, locate.rows, -1);
  }
  std::int64_t number = 0, inside = 0, kept = 0;
  std::vector<std::int32_t> voxel_at;  // which voxel has its first point there, plus 1
  std::vector<std::int32_t> voxels_in_order;
  for (std::int64_t b = 0; b < locate.items; ++b) {
    const cloud_voxels& voxels = clouds[b];
    const cloud_range range = locate.points_of(b);
    const std::int64_t first_slot = locate.first_slot(b, range);
    voxel_at.assign(static_cast<std::size_t>(range.count), 0);
    for (std::int64_t v = 0; v < voxels.count; ++v) {
      voxel_at[static_cast<std::size_t>(*voxels.points_of(v) - first_slot)] =
          static_cast<std::int32_t>(v + 1);
    }
    voxels_in_order.clear();
    for (const std::int32_t v : voxel_at) {
      if (v != 0) voxels_in_order.push_back(v - 1);
    }
    parallel_for(std::min(voxels.count, op.voxels.capacity - number), 256, threads,
                 [&](std::int64_t begin, std::int64_t end) {
                   std::int64_t keeps = 0;
                   for (std::int64_t k = begin; k < end; ++k) {
                     const std::int64_t v = voxels_in_order[static_cast<std::size_t>(k)];
                     keeps += write_first_points(op, b, voxels, v, number + k);
                   }
                   __atomic_fetch_add(&kept, keeps, __ATOMIC_RELAXED);
                 });
    number += voxels.count;
    inside += voxels.inside;
  }
  *op.voxels.number = number;
  if (op.dropped != nullptr) *op.dropped = inside - kept;
}

#if defined(__CUDACC__)
template <class P>
void run(const cuda& executor, const sparse_op<P>& op);  // in voxelize_sparse.cuh
template <class P>
void run(const cuda& executor, const first_op<P>& op);
#else
template <class P>
void run(const cuda&, const sparse_op<P>&) {
  static_assert(always_false<P>,
                "robocache::voxelize_sparse: the GPU code is not compiled; link "
                "RoboCache::RoboCache built with CUDA, or include "
                "<robocache/pointcloud/voxelize_sparse.cuh> and compile this file with nvcc");
}
template <class P>
void run(const cuda&, const first_op<P>&) {
  static_assert(always_false<P>,
                "robocache::voxelize_first: the GPU code is not compiled; link "
                "RoboCache::RoboCache built with CUDA, or include "
                "<robocache/pointcloud/voxelize_sparse.cuh> and compile this file with nvcc");
}
#endif

#define ROBOCACHE_INSTANTIATE_SPARSE(prefix, P)                                \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const sparse_op<P>&); \
  prefix template ROBOCACHE_EXPORT void run(const cuda&, const first_op<P>&);

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_INSTANTIATE_SPARSE(extern, float)
ROBOCACHE_INSTANTIATE_SPARSE(extern, double)
ROBOCACHE_INSTANTIATE_SPARSE(extern, bf16)
ROBOCACHE_INSTANTIATE_SPARSE(extern, f16)
#endif

}  // namespace robocache::detail
