/// \file
/// Points with normals into volumes: by their planes, or the nearest one of each voxel.
#pragma once

#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/points/points_cpu.hpp>
#include <robocache/detail/tsdf/read/read_nearest.hpp>
#include <robocache/tsdf/points_options.hpp>
#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_INTEGRATE_POINTS(Do)                                            \
  Do(integrate_points_op<plane_rule>) Do(integrate_points_op<nearest_rule>)                \
      Do(each_entry<reset_nearest_rule>) Do(each_entry<merge_nearest_rule>)                \
          Do(each_entry<read_nearest_rule<float>>) Do(each_entry<read_nearest_rule<bf16>>) \
              Do(each_entry<read_nearest_rule<f16>>)

ROBOCACHE_PROMISED_INTEGRATE_POINTS(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Adds points to volumes by the planes that their normals span.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param points   [B, N, 3] float, rows may be longer. Packed clouds are
/// [1, N, 3] with
///                 `options.clouds.offsets`.
/// \param normals  [B, N, 3] float of any length, out of the surface.
/// \param volume   takes in, for each voxel centre c within the truncation of a point p's plane and
///                 within the radius beside p, the distance d = n . (c - p). It counts
///                 (1 - (beside / radius)^2) / (1 + (d / voxel)^4), at least 2^-12: the planes that
///                 are near decide, so that edges stay where they are. No votes for free space.
/// \param options  the points of each cloud; the radius.
/// \param report   optional: points that do not count.
///
/// Per voxel all is in single precision. Deterministic: the same bits on the CPU with any number of
/// threads, for points in any order, in any calls, and for volumes merged in any order. Ranges are
/// checked.
///
/// Throws `invalid_argument` for what cannot be right.
template <class Executor>
void integrate_points(const Executor& executor, view<const float, 3> points,
                      view<const float, 3> normals, const tsdf_volume& volume,
                      const integrate_points_options& options = {},
                      const points_report& report = {}) {
  detail::run(executor, detail::make_integrate_points_op(points, normals, volume, options, report));
}

/// The same by the nearest point of each voxel, within the truncation: its distance, with the sign
/// of n . (c - p). Of two that are equally near, one that has the voxel in front of it.
template <class Executor>
void integrate_points(const Executor& executor, view<const float, 3> points,
                      view<const float, 3> normals, const nearest_volume& volume,
                      const integrate_points_options& options = {},
                      const points_report& report = {}) {
  detail::run(executor, detail::make_integrate_points_op(points, normals, volume, options, report));
}

/// Forgets all points. Volumes begin with it.
template <class Executor>
void reset(const Executor& executor, const nearest_volume& volume) {
  const detail::nearest_cells into = detail::check_nearest("reset", "volume", volume);
  detail::run(executor,
              detail::each_entry<detail::reset_nearest_rule>{"reset", into.entries(), {into}});
}

/// Adds what `from` knows to `into`, of the same grid; the order of merges does not matter.
template <class Executor>
void merge(const Executor& executor, const nearest_volume& from, const nearest_volume& into) {
  const auto rule = detail::make_merge_rule("merge", from, into);
  detail::run(executor,
              detail::each_entry<detail::merge_nearest_rule>{"merge", rule.into.entries(), rule});
}

/// Reads distances into `output` [B, Z, Y, X] float, bf16 or f16, dense, as `read_distance` of a
/// `tsdf_volume`; `options.trust` does not count.
template <class Executor, class Out>
void read_distance(const Executor& executor, const nearest_volume& volume, view<Out, 4> output,
                   const read_distance_options& options = {}) {
  detail::run(executor, detail::make_read_nearest_op("read_distance", volume, output, options));
}

ROBOCACHE_END_NAMESPACE
