/// \file
/// Volumes that forget: for scenes that move.
#pragma once

#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/running/running_cpu.hpp>
#include <robocache/tsdf/integrate_options.hpp>
#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_RUNNING(Do) \
  Do(each_entry<reset_running_rule>) Do(running_depth_op<std::uint16_t>) Do(running_depth_op<float>)

ROBOCACHE_PROMISED_RUNNING(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Forgets all frames. Volumes begin with it.
template <class Executor>
void reset(const Executor& executor, const running_volume& volume) {
  const detail::running_cells into = detail::check_running("reset", volume);
  detail::run(executor, detail::each_entry<detail::reset_running_rule>{
                            "reset", volume.distances.size(), {into}});
}

/// Takes depth images into running means, one after the other: the order of frames and of calls
/// counts.
///
/// For a frame that sees a voxel at distance d, at most the truncation, with weight w, the mean D
/// of weight W becomes D + (d - D) * w / (W + w), and W the smaller of W + w and `max_weight`. So a
/// frame counts w / (max_weight + w) in the end, and what was seen long ago is forgotten; free
/// space is a distance of the truncation. (Curless and Levoy, 1996, with the weight cut.)
///
/// \param executor   `cpu`, or `any_executor` of one, until there are kernels.
/// \param depth      [B, F, H, W] uint16_t or float, with all else as for `integrate_depth`.
/// \param camera     of all images.
/// \param poses      optional [B, F, 3, 4] or [B, F, 4, 4].
/// \param volume     its `distances` are those of a `distance_field` at any time.
/// \param max_weight such as 5.
/// \param options    as for `integrate_depth`.
///
/// In single precision. Deterministic for frames in one order: the same bits on the CPU with any
/// number of threads, and in one call or many. Throws as `integrate_depth`.
template <class Executor, class D>
void integrate_depth_in_order(const Executor& executor, view<D, 4> depth,
                              const pinhole_camera& camera, view<const float, 4> poses,
                              const running_volume& volume, double max_weight,
                              const integrate_depth_options& options = {}) {
  detail::run(executor,
              detail::make_running_depth_op(depth, camera, poses, volume, max_weight, options));
}

/// The same for frames [F, H, W] and poses [F, 3, 4] or [F, 4, 4] of one volume.
template <class Executor, class D>
void integrate_depth_in_order(const Executor& executor, view<D, 3> depth,
                              const pinhole_camera& camera, view<const float, 3> poses,
                              const running_volume& volume, double max_weight,
                              const integrate_depth_options& options = {}) {
  const bool posed = detail::is_given(poses);
  integrate_depth_in_order(executor, detail::as_batch(depth), camera,
                           posed ? detail::as_batch(poses) : view<const float, 4>{}, volume,
                           max_weight, options);
}

ROBOCACHE_END_NAMESPACE
