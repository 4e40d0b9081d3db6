/// \file
/// Block-sparse volumes: depth images into rooms and streets.
#pragma once

#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/sparse/sparse_cpu.hpp>
#include <robocache/tsdf/integrate_options.hpp>
#include <robocache/tsdf/read_options.hpp>
#include <robocache/tsdf/sparse_volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_SPARSE_TSDF(Do)                                             \
  Do(sparse_depth_op<std::uint16_t>) Do(sparse_depth_op<float>) Do(merge_sparse_op)    \
      Do(each_entry<reset_sparse_rule>) Do(each_entry<read_blocks_rule<float>>)        \
          Do(each_entry<read_blocks_rule<bf16>>) Do(each_entry<read_blocks_rule<f16>>) \
              Do(read_box_op)

ROBOCACHE_PROMISED_SPARSE_TSDF(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Forgets all frames and blocks. Volumes begin with it.
template <class Executor>
void reset(const Executor& executor, const sparse_tsdf_volume& volume) {
  const detail::sparse_cells into = detail::check_sparse("reset", "volume", volume);
  detail::run(executor, detail::each_entry<detail::reset_sparse_rule>{
                            "reset", into.capacity * detail::block_cells, {into}});
}

/// Adds the blocks that depth images reach with their bands: all that hold a voxel centre within
/// the truncation of a pixel's depth, and some next to them. `integrate_depth` does so by itself;
/// ahead of it, for all frames, it makes votes for free space the same for any order of calls.
///
/// Where more blocks are needed than there is room for, those with the smallest keys stay, with all
/// that they know. Arguments are those of `integrate_depth`.
template <class Executor, class D>
void add_blocks(const Executor& executor, view<D, 3> depth, const pinhole_camera& camera,
                view<const float, 3> poses, const sparse_tsdf_volume& volume,
                const integrate_depth_options& options = {}, const blocks_report& report = {}) {
  auto op = detail::make_sparse_depth_op(depth, camera, poses, volume, options, report);
  op.integrates = false;
  detail::run(executor, op);
}

/// Adds depth images to a block-sparse volume: first the blocks that they need, as `add_blocks`,
/// then what they say of all voxels that there are.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param depth    [F, H, W] uint16_t or float, as for a dense volume.
/// \param camera   of all images.
/// \param poses    optional [F, 3, 4] or [F, 4, 4].
/// \param volume   takes in what a dense volume of its grid would, in the blocks that it has.
/// \param options  as for a dense volume.
/// \param report   optional: the blocks that there are, and that are needed with those of this
/// call.
///
/// Distances and weights are those of a dense volume to the bit. So are votes for free space in
/// blocks that were there before all frames; others lack those of calls before they came. With
/// that, deterministic as for a dense volume: blocks, distances and weights are the same for any
/// order of frames, calls and merges and any number of threads, where they fit and where they do
/// not. Which slots blocks have depends on the order of calls; read-outs do not show it.
///
/// Throws `invalid_argument` for what cannot be right, a capacity of 0 and a volume that was never
/// reset included.
template <class Executor, class D>
void integrate_depth(const Executor& executor, view<D, 3> depth, const pinhole_camera& camera,
                     view<const float, 3> poses, const sparse_tsdf_volume& volume,
                     const integrate_depth_options& options = {},
                     const blocks_report& report = {}) {
  detail::run(executor,
              detail::make_sparse_depth_op(depth, camera, poses, volume, options, report));
}

/// Adds what `from` knows to `into`, of the same grid and of any capacities.
template <class Executor>
void merge(const Executor& executor, const sparse_tsdf_volume& from, const sparse_tsdf_volume& into,
           const blocks_report& report = {}) {
  detail::run(executor, detail::make_merge_sparse_op(from, into, report));
}

/// Reads distances into `output` [N, 8, 8, 8] float, bf16 or f16, dense: block after block as keys
/// ascend, then unknown. As `read_distance` of a dense volume.
template <class Executor, class Out>
void read_distance(const Executor& executor, const sparse_tsdf_volume& volume, view<Out, 4> output,
                   const read_distance_options& options = {}) {
  detail::run(executor, detail::make_read_blocks_op("read_distance", volume, output, options));
}

/// Reads the distances of a box of voxels, from voxel `first` (along x, y, z) on, into `output`
/// [Z, Y, X], dense: a `distance_field` for meshes, queries and views. What no block holds is
/// unknown.
template <class Executor>
void read_box(const Executor& executor, const sparse_tsdf_volume& volume,
              const std::int64_t (&first)[3], view<float, 3> output,
              const read_distance_options& options = {}) {
  detail::run(executor, detail::make_read_box_op(volume, first, output, options));
}

ROBOCACHE_END_NAMESPACE
