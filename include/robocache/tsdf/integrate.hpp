/// \file
/// Signed distance fields in progress: volumes that depth images are added to, in any order.
#pragma once

#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/integrate/depth_cpu.hpp>
#include <robocache/tsdf/integrate_options.hpp>
#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_INTEGRATE(Do)                          \
  Do(each_entry<reset_tsdf_rule>) Do(each_entry<merge_tsdf_rule>) \
      Do(integrate_depth_op<std::uint16_t>) Do(integrate_depth_op<float>)

ROBOCACHE_PROMISED_INTEGRATE(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Forgets all frames. Volumes begin with it.
template <class Executor>
void reset(const Executor& executor, const tsdf_volume& volume) {
  const detail::tsdf_cells into = detail::check_volume("reset", "volume", volume);
  detail::run(executor,
              detail::each_entry<detail::reset_tsdf_rule>{"reset", into.entries(), {into}});
}

/// Adds depth images to volumes: the projective distance, depth minus z of the voxel's centre
/// along the optical axis (Curless and Levoy, 1996).
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param depth    [B, F, H, W] uint16_t or float, rows may be longer: F
/// frames for each of B
///                 volumes. Packed frames are [1, F, H, W] with `options.frames.offsets`. Pixels
///                 and units are those of `depth_to_points`.
/// \param camera   of all images.
/// \param poses    optional [B, F, 3, 4] or [B, F, 4, 4]: camera to world, row by row. Their
///                 rotations are within 1e-4 of one.
/// \param volume   takes in, for each voxel whose centre is seen at a valid pixel and lies at most
///                 the truncation behind it: the distance, or where that is larger than the
///                 truncation a vote for free space. Weights are rounded to multiples of 2^-12,
///                 distances to 2^-20 of the truncation. A voxel whose weights reach 2^20 in all
///                 has no distance any more: nothing wraps unnoticed.
/// \param options  the frames of each volume, limits of depth, weights and lookup.
/// \param report   optional: the valid pixels of each frame.
///
/// Per voxel all is in single precision. Deterministic: the same bits on the CPU with any number of
/// threads, for frames in any order, in any calls, and for volumes merged in any order.
///
/// Throws `invalid_argument` for grids, cameras, shapes, strides and pointers that cannot be right,
/// also for a pose that is not rigid and for bad ranges of frames.
template <class Executor, class D>
void integrate_depth(const Executor& executor, view<D, 4> depth, const pinhole_camera& camera,
                     view<const float, 4> poses, const tsdf_volume& volume,
                     const integrate_depth_options& options = {},
                     const integrate_depth_report& report = {}) {
  detail::run(executor,
              detail::make_integrate_depth_op(depth, camera, poses, volume, options, report));
}

/// The same for frames [F, H, W] and poses [F, 3, 4] or [F, 4, 4] of one volume.
template <class Executor, class D>
void integrate_depth(const Executor& executor, view<D, 3> depth, const pinhole_camera& camera,
                     view<const float, 3> poses, const tsdf_volume& volume,
                     const integrate_depth_options& options = {},
                     const integrate_depth_report& report = {}) {
  const bool posed = detail::is_given(poses);
  integrate_depth(executor, detail::as_batch(depth), camera,
                  posed ? detail::as_batch(poses) : view<const float, 4>{}, volume, options,
                  report);
}

/// Adds what `from` knows to `into`. Both have the same grid and arrays, and may have been filled
/// by different executors; the order of merges does not matter.
template <class Executor>
void merge(const Executor& executor, const tsdf_volume& from, const tsdf_volume& into) {
  const auto rule = detail::make_merge_rule("merge", from, into);
  detail::run(executor,
              detail::each_entry<detail::merge_tsdf_rule>{"merge", rule.into.entries(), rule});
}

ROBOCACHE_END_NAMESPACE
