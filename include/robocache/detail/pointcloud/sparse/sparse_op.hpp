// Lists of occupied voxels, and the first points of each.
#pragma once

#include <robocache/detail/pointcloud/features/features_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The occupied voxels of a batch: where they are written.
struct voxel_list {
  std::int32_t* coordinates = nullptr;
  std::int64_t coordinates_row = 4;
  std::int32_t* counts = nullptr;
  std::int64_t* number = nullptr;
  std::int64_t capacity = 0;

  ROBOCACHE_HD void write_coordinates(const cloud_layout& op, std::int64_t v, std::int64_t b,
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
  static constexpr const char* name = "voxelize_sparse";

  locate_op<P> locate;
  feature_list features;
  voxel_list voxels;
};

template <class P>
struct first_op {
  static constexpr const char* name = "voxelize_first";

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

  /// Where the voxels of a cloud's points go, from the cloud's first point on.
  ROBOCACHE_HD std::int32_t* voxels_of(std::int64_t b, const item_range& range) const {
    return voxel_of + locate.entry_of(b) * voxel_of_batch + range.first;
  }

  /// The row of the values of a cloud's point.
  ROBOCACHE_HD const float* row_of(std::int64_t b, const item_range& range, std::int64_t i) const {
    return values + locate.entry_of(b) * values_batch + (range.first + i) * values_row;
  }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
