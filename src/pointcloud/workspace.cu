// How much scratch voxelization takes.
#include <robocache/pointcloud/voxelize.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

namespace {

/// What a size depends on.
cloud_layout make_layout(const label& name, const voxel_grid& grid, std::int64_t batch,
                         std::int64_t points, bool packed) {
  static constexpr std::int64_t somewhere = 0;
  check_grid<double>(name, grid);
  if (batch < 0 || points < 0) {
    fail(name, "clouds and points must not be negative (got " + std::to_string(batch) + " and " +
                   std::to_string(points) + ")");
  }
  if (batch > 0 && (grid.cells() > (std::int64_t{1} << 62) / batch ||
                    points > INT32_MAX / (packed ? 1 : batch))) {
    fail(name, "one call takes at most 2^31 - 1 points and 2^62 voxels (got " +
                   std::to_string(batch) + " clouds of " + std::to_string(points) + ")");
  }
  cloud_layout layout;
  layout.items = batch;
  layout.rows = points;
  layout.offsets = packed ? &somewhere : nullptr;
  layout.cells = grid.cells();
  return layout;
}

}  // namespace

std::size_t fill_workspace_bytes(const voxel_grid& grid, std::int64_t batch, std::int64_t points,
                                 bool packed) {
  fill_op<float, float> op;
  static_cast<cloud_layout&>(op.locate) =
      make_layout("voxelize_workspace_bytes", grid, batch, points, packed);
  scratch_layout layout;
  if (goes_by_slabs(op)) plan_slabs<place_record>(op.locate, fill_bits, layout);
  return layout.bytes();
}

std::size_t bins_workspace_bytes(const voxel_grid& grid, std::int64_t batch, std::int64_t points,
                                 bool packed, std::int64_t features) {
  constexpr const char* name = "voxelize_features_workspace_bytes";
  const cloud_layout op = make_layout(name, grid, batch, points, packed);
  if (features < 0 || features > (std::int64_t{1} << 40)) {
    fail(name, "features must be 0 to 2^40 (got " + std::to_string(features) + ")");
  }
  std::size_t bytes = plan_bins(op, {true, true}, nullptr).bytes;
  if (reduces_by_slabs(op, features)) {
    bytes = std::max(bytes, plan_features(op, features, nullptr).bytes);
  }
  // The last part is for the mask of first points.
  return bytes + static_cast<std::size_t>(op.slots()) / 2 + 2048;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
