// What volumes can tell before anything runs.
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/tsdf/volume/volume_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Rank 3 as a batch of one.
template <class T>
view<T, 4> as_batch(const view<T, 3>& v) {
  return {v.data_handle(),
          {1, v.extent(0), v.extent(1), v.extent(2)},
          {0, v.stride(0), v.stride(1), v.stride(2)}};
}

/// Checks a grid that messages call `name`.
inline void check_tsdf_grid(const label& op, const char* name, const tsdf_grid& grid) {
  constexpr const char* axes[] = {"x", "y", "z"};
  constexpr std::int64_t most = std::int64_t{1} << 24;  // a float holds each index
  const auto refuse = [&](const std::string& what) { fail(op, name + ("." + what)); };
  const auto voxel = static_cast<float>(grid.voxel);
  if (!(voxel >= 0x1p-30F && voxel <= 0x1p30F)) {
    refuse("voxel must be 2^-30 to 2^30 metres (got " + std::to_string(grid.voxel) + ")");
  }
  if (!(grid.truncation >= grid.voxel && grid.truncation <= 0x1p30)) {
    refuse("truncation must be at least a voxel of " + std::to_string(grid.voxel) +
           " and at most 2^30 metres (got " + std::to_string(grid.truncation) + ")");
  }
  for (int a = 0; a < 3; ++a) {
    if (!(grid.origin[a] >= -0x1p60 && grid.origin[a] <= 0x1p60)) {
      refuse(std::string("origin must be within 2^60 metres along ") + axes[a] + " (got " +
             std::to_string(grid.origin[a]) + ")");
    }
    if (grid.extents[a] < 1 || grid.extents[a] > most) {
      refuse(std::string("extents must be 1 to 2^24 along ") + axes[a] + " (got " +
             std::to_string(grid.extents[a]) + ")");
    }
  }
  static_cast<void>(checked_product(op, label("#.extents: the voxels", name),
                                    grid.extents[0] * grid.extents[1], grid.extents[2]));
}

/// Requires [B, Z, Y, X, ...] of `items` volumes of the grid, without gaps.
template <class V, int Rank>
void check_voxel_array(const label& op, const label& name, const view<V, Rank>& v,
                       std::int64_t items, const tsdf_grid& grid) {
  require_extent(op, name, 0, v.extent(0), "the number of volumes", items);
  for (int r = 1; r < 4; ++r) {
    require_extent(op, name, r, v.extent(r), label("the grid's extents[#]", 3 - r),
                   grid.extents[3 - r]);
  }
  check_view(op, name, v);
  std::int64_t dense = 1;
  for (int r = Rank - 1; r >= 0; --r) {
    if (!v.empty() && v.extent(r) > 1 && v.stride(r) != dense) {
      fail(op, name.text() + ".stride(" + std::to_string(r) + ") must be " + std::to_string(dense) +
                   ", since volumes are dense (got " + std::to_string(v.stride(r)) + ")");
    }
    dense *= v.extent(r);
  }
}

/// Checks optional channels [B, Z, Y, X, C]; tells how many there are.
inline std::int64_t check_channels_kept(const label& op, const char* name,
                                        const view<std::int64_t, 5>& channels, std::int64_t items,
                                        const tsdf_grid& grid) {
  if (!is_given(channels)) return 0;
  const label full("#.channels", name);
  check_voxel_array(op, full, channels, items, grid);
  if (channels.extent(4) < 1) fail(op, full.extent(4) + " must be at least 1 (got 0)");
  return channels.extent(4);
}

/// Requires that two volumes keep the same.
inline void check_kept_alike(const label& op, const tsdf_cells& from, const tsdf_cells& into) {
  if ((from.free == nullptr) != (into.free == nullptr)) {
    fail(op, "from and into must both have free_votes, or neither");
  }
  require_equal(op, "the channels of from", from.channel_count, "those of into",
                into.channel_count);
}

/// Checks a volume that messages call `name`.
inline tsdf_cells check_volume(const label& op, const char* name, const tsdf_volume& volume) {
  check_tsdf_grid(op, label("#.grid", name).text().c_str(), volume.grid);
  tsdf_cells checked;
  checked.items = volume.sums.extent(0);
  checked.cells = volume.grid.cells();
  for (int a = 0; a < 3; ++a) checked.extents[a] = volume.grid.extents[a];
  check_voxel_array(op, label("#.sums", name), volume.sums, checked.items, volume.grid);
  check_voxel_array(op, label("#.weights", name), volume.weights, checked.items, volume.grid);
  if (is_given(volume.free_votes)) {
    check_voxel_array(op, label("#.free_votes", name), volume.free_votes, checked.items,
                      volume.grid);
  }
  output_arrays outputs(op);
  outputs.add(label("#.sums", name), volume.sums);
  outputs.add(label("#.weights", name), volume.weights);
  outputs.add(label("#.free_votes", name), volume.free_votes);
  outputs.add(label("#.channels", name), volume.channels);
  checked.channel_count =
      check_channels_kept(op, name, volume.channels, checked.items, volume.grid);
  checked.channels = volume.channels.data_handle();
  checked.sums = volume.sums.data_handle();
  checked.weights = volume.weights.data_handle();
  checked.free = volume.free_votes.data_handle();
  return checked;
}

/// Requires that two grids are one.
inline void check_same_grid(const label& op, const char* name, const tsdf_grid& grid,
                            const char* other_name, const tsdf_grid& other) {
  bool same = grid.voxel == other.voxel && grid.truncation == other.truncation;
  for (int a = 0; a < 3; ++a) {
    same = same && grid.origin[a] == other.origin[a] && grid.extents[a] == other.extents[a];
  }
  if (!same) fail(op, std::string(name) + " and " + other_name + " must be the same");
}

inline merge_tsdf_rule make_merge_rule(const label& op, const tsdf_volume& from,
                                       const tsdf_volume& into) {
  const merge_tsdf_rule rule{check_volume(op, "from", from), check_volume(op, "into", into)};
  check_same_grid(op, "from.grid", from.grid, "into.grid", into.grid);
  require_equal(op, "the volumes of from", rule.from.items, "those of into", rule.into.items);
  check_kept_alike(op, rule.from, rule.into);
  output_arrays outputs(op);
  outputs.add("into.sums", into.sums);
  outputs.add("into.weights", into.weights);
  outputs.add("into.free_votes", into.free_votes);
  outputs.add("into.channels", into.channels);
  outputs.avoid("from.sums", from.sums);
  outputs.avoid("from.weights", from.weights);
  outputs.avoid("from.free_votes", from.free_votes);
  outputs.avoid("from.channels", from.channels);
  return rule;
}

inline nearest_cells check_nearest(const label& op, const char* name,
                                   const nearest_volume& volume) {
  check_tsdf_grid(op, label("#.grid", name).text().c_str(), volume.grid);
  nearest_cells checked;
  checked.items = volume.keys.extent(0);
  checked.cells = volume.grid.cells();
  for (int a = 0; a < 3; ++a) checked.extents[a] = volume.grid.extents[a];
  check_voxel_array(op, label("#.keys", name), volume.keys, checked.items, volume.grid);
  checked.keys = volume.keys.data_handle();
  return checked;
}

inline merge_nearest_rule make_merge_rule(const label& op, const nearest_volume& from,
                                          const nearest_volume& into) {
  const merge_nearest_rule rule{check_nearest(op, "from", from), check_nearest(op, "into", into)};
  check_same_grid(op, "from.grid", from.grid, "into.grid", into.grid);
  require_equal(op, "the volumes of from", rule.from.items, "those of into", rule.into.items);
  require_apart(op, "from.keys", footprint(from.keys), "into.keys", footprint(into.keys));
  return rule;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
