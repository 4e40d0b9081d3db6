// What block-sparse volumes can tell before anything runs.
#pragma once

#include <robocache/detail/tsdf/integrate/depth_check.hpp>
#include <robocache/detail/tsdf/read/read_check.hpp>
#include <robocache/detail/tsdf/sparse/sparse_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline tsdf_grid one_block() {
  tsdf_grid block;
  for (auto& extent : block.extents) extent = block_edge;
  return block;
}

/// Requires dense voxels [N, 8, 8, 8].
template <class V>
void check_blocks_array(const label& op, const label& name, const view<V, 4>& v, std::int64_t n) {
  check_voxel_array(op, name, v, n, one_block());
}

inline block_grid blocks_of(const tsdf_grid& grid) {
  block_grid blocks;
  for (int a = 0; a < 3; ++a) {
    blocks.voxels[a] = grid.extents[a];
    blocks.blocks[a] = (grid.extents[a] + block_edge - 1) / block_edge;
  }
  return blocks;
}

/// The arrays of a volume that messages call `name`.
inline void add_arrays(const char* name, const sparse_tsdf_volume& volume, output_arrays& outputs) {
  outputs.add(label("#.keys", name), volume.keys);
  outputs.add(label("#.slots", name), volume.slots);
  outputs.add(label("#.sums", name), volume.sums);
  outputs.add(label("#.weights", name), volume.weights);
  outputs.add(label("#.free_votes", name), volume.free_votes);
  outputs.add(label("#.channels", name), volume.channels);
}
inline void avoid_arrays(const char* name, const sparse_tsdf_volume& volume,
                         const output_arrays& outputs) {
  outputs.avoid(label("#.keys", name), volume.keys);
  outputs.avoid(label("#.slots", name), volume.slots);
  outputs.avoid(label("#.sums", name), volume.sums);
  outputs.avoid(label("#.weights", name), volume.weights);
  outputs.avoid(label("#.free_votes", name), volume.free_votes);
  outputs.avoid(label("#.channels", name), volume.channels);
}

inline sparse_cells check_sparse(const label& op, const char* name,
                                 const sparse_tsdf_volume& volume) {
  check_tsdf_grid(op, label("#.grid", name).text().c_str(), volume.grid);
  sparse_cells checked;
  checked.grid = blocks_of(volume.grid);
  const std::int64_t n = checked.capacity = volume.keys.extent(0);
  if (n < 1 || n > INT32_MAX) {
    fail(op, label("#.keys", name).extent(0) + " must be 1 to 2^31 - 1: the capacity (got " +
                 std::to_string(n) + ")");
  }
  const label like("#.keys.extent(0)", name);
  check_shape(op, label("#.keys", name), volume.keys, {n}, {like});
  check_shape(op, label("#.slots", name), volume.slots, {n}, {like});
  check_blocks_array(op, label("#.sums", name), volume.sums, n);
  check_blocks_array(op, label("#.weights", name), volume.weights, n);
  if (is_given(volume.free_votes)) {
    check_blocks_array(op, label("#.free_votes", name), volume.free_votes, n);
  }
  output_arrays outputs(op);
  add_arrays(name, volume, outputs);
  checked.keys = volume.keys.data_handle();
  checked.slots = volume.slots.data_handle();
  checked.voxels.items = n;
  checked.voxels.cells = block_cells;
  for (auto& extent : checked.voxels.extents) extent = block_edge;
  checked.voxels.channel_count = check_channels_kept(op, name, volume.channels, n, one_block());
  checked.voxels.channels = volume.channels.data_handle();
  checked.voxels.sums = volume.sums.data_handle();
  checked.voxels.weights = volume.weights.data_handle();
  checked.voxels.free = volume.free_votes.data_handle();
  return checked;
}

template <class D>
sparse_depth_op<std::remove_const_t<D>> make_sparse_depth_op(const view<D, 3>& depth,
                                                             const pinhole_camera& camera,
                                                             const view<const float, 3>& poses,
                                                             const sparse_tsdf_volume& volume,
                                                             const integrate_depth_options& options,
                                                             const blocks_report& report) {
  sparse_depth_op<std::remove_const_t<D>> op;
  op.into = check_sparse(op.frames.name, "volume", volume);
  op.frames.grid = volume.grid;
  op.frames.into.items = 1;
  op.frames.into.channel_count = op.into.voxels.channel_count;
  const view<const float, 4> entries = is_given(poses) ? as_batch(poses) : view<const float, 4>{};
  check_depth_frames(as_batch(depth), camera, entries, options, {}, op.frames);
  op.band = make_band_rule(volume.grid, op.into.grid, options.lookup);
  op.blocks = check_optional(op.frames.name, "report.blocks", report.blocks, {2},
                             {"2: blocks there are, and needed"});
  op.blocks_stride = report.blocks.stride(0);
  output_arrays outputs(op.frames.name);
  add_arrays("volume", volume, outputs);
  outputs.add("report.blocks", report.blocks);
  outputs.avoid("depth", depth);
  outputs.avoid("poses", poses);
  outputs.avoid("options.channels", options.channels);
  return op;
}

inline merge_sparse_op make_merge_sparse_op(const sparse_tsdf_volume& from,
                                            const sparse_tsdf_volume& into,
                                            const blocks_report& report) {
  merge_sparse_op op;
  op.from = check_sparse(op.name, "from", from);
  op.into = check_sparse(op.name, "into", into);
  check_same_grid(op.name, "from.grid", from.grid, "into.grid", into.grid);
  check_kept_alike(op.name, op.from.voxels, op.into.voxels);
  op.blocks = check_optional(op.name, "report.blocks", report.blocks, {2},
                             {"2: blocks there are, and needed"});
  op.blocks_stride = report.blocks.stride(0);
  output_arrays outputs(op.name);
  add_arrays("into", into, outputs);
  outputs.add("report.blocks", report.blocks);
  avoid_arrays("from", from, outputs);
  return op;
}

template <class Out>
each_entry<read_blocks_rule<Out>> make_read_blocks_op(const char* name,
                                                      const sparse_tsdf_volume& volume,
                                                      const view<Out, 4>& output,
                                                      const read_distance_options& options) {
  static_assert(std::is_same_v<Out, float> || std::is_same_v<Out, bf16> || std::is_same_v<Out, f16>,
                "robocache::read_distance: output is float, bf16 or f16");
  read_blocks_rule<Out> rule;
  rule.from = check_sparse(name, "volume", volume);
  rule.distances = make_distance_rule(name, rule.from.voxels, volume.grid, options);
  check_blocks_array(name, "output", output, rule.from.capacity);
  output_arrays outputs(name);
  outputs.add("output", output);
  avoid_arrays("volume", volume, outputs);
  rule.output = output.data_handle();
  rule.unknown = options.unknown;
  return {name, rule.from.capacity * block_cells, rule};
}

inline read_box_op make_read_box_op(const sparse_tsdf_volume& volume,
                                    const std::int64_t (&first)[3], const view<float, 3>& output,
                                    const read_distance_options& options) {
  read_box_op op;
  op.from = check_sparse(op.name, "volume", volume);
  op.distances = make_distance_rule(op.name, op.from.voxels, volume.grid, options);
  tsdf_grid box = volume.grid;
  for (int a = 0; a < 3; ++a) {
    op.first[a] = first[a];
    op.extents[a] = box.extents[a] = output.extent(2 - a);
    if (first[a] < 0 || op.extents[a] < 1 || op.extents[a] > volume.grid.extents[a] - first[a]) {
      fail(op.name, "the box must lie in the grid (got voxels " + std::to_string(first[a]) +
                        " to " + std::to_string(first[a] + op.extents[a]) + " of " +
                        std::to_string(volume.grid.extents[a]) + ")");
    }
  }
  check_voxel_array(op.name, "output", as_batch(output), 1, box);
  output_arrays outputs(op.name);
  outputs.add("output", output);
  avoid_arrays("volume", volume, outputs);
  op.output = output.data_handle();
  op.unknown = options.unknown;
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
