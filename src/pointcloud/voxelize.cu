#include <robocache/pointcloud/voxelize.cuh>

namespace robocache::detail {

ROBOCACHE_INSTANTIATE_VOXELIZE(, float)
ROBOCACHE_INSTANTIATE_VOXELIZE(, double)
ROBOCACHE_INSTANTIATE_VOXELIZE(, bf16)
ROBOCACHE_INSTANTIATE_VOXELIZE(, f16)

namespace {

locate_op<float> make_layout(const voxel_grid& grid, std::int64_t batch, std::int64_t points,
                             bool packed) {
  static constexpr std::int64_t somewhere = 0;
  locate_op<float> op;
  op.items = batch;
  op.rows = points;
  op.offsets = packed ? &somewhere : nullptr;
  op.cells = grid.cells();
  return op;
}

}  // namespace

std::size_t fill_workspace_bytes(const voxel_grid& grid, std::int64_t batch, std::int64_t points,
                                 bool packed) {
  fill_op<float, float> op;
  op.locate = make_layout(grid, batch, points, packed);
  scratch_layout layout;
  if (goes_by_slabs(op)) plan_slabs<place_record>(op.locate, fill_bits, layout);
  return layout.bytes();
}

std::size_t bins_workspace_bytes(const voxel_grid& grid, std::int64_t batch, std::int64_t points,
                                 bool packed, std::int64_t channels) {
  const locate_op<float> op = make_layout(grid, batch, points, packed);
  feature_op feature;
  feature.channels = static_cast<std::int32_t>(channels);
  const bins_request wanted{true, true, &feature, channels > 0 ? 1 : 0};
  std::size_t bytes = plan_bins(op, wanted, nullptr).bytes;
  if (reduces_by_slabs(op, nullptr, 0)) {
    bytes = std::max(bytes, plan_features(op, &feature, 1, nullptr).bytes);
  }
  // Further features pad their arrays; the last part is for the mask of first points.
  return bytes + 256 * static_cast<std::size_t>(channels) +
         static_cast<std::size_t>(op.slots()) / 2 + 2048;
}

}  // namespace robocache::detail
