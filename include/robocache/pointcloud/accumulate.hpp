/// \file
/// Voxelization in shards: accumulate several clouds in several calls on several devices, merge,
/// and read out what all points at once would have given.
#pragma once

#include <robocache/detail/pointcloud/accumulate/accumulate_cpu.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/pointcloud/voxel_accumulator.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_ACCUMULATE_TYPES(Do, P) \
  Do(accumulate_op<P, float>) Do(accumulate_op<P, bf16>) Do(accumulate_op<P, f16>)
#define ROBOCACHE_ACCUMULATOR_TYPES(Do)                                                          \
  Do(each_entry<reset_rule>) Do(each_entry<merge_rule>) Do(each_entry<read_mean_rule<float>>)    \
      Do(each_entry<read_mean_rule<bf16>>) Do(each_entry<read_mean_rule<f16>>)                   \
          Do(each_entry<read_max_rule<float>>) Do(each_entry<read_max_rule<bf16>>)               \
              Do(each_entry<read_max_rule<f16>>) Do(each_entry<read_density_rule<std::int32_t>>) \
                  Do(each_entry<read_density_rule<std::int64_t>>)                                \
                      Do(each_entry<read_density_rule<float>>)

#define ROBOCACHE_PROMISED_ACCUMULATE(Do) \
  ROBOCACHE_ACCUMULATE_TYPES(Do, float)   \
  ROBOCACHE_ACCUMULATE_TYPES(Do, double)  \
  ROBOCACHE_ACCUMULATE_TYPES(Do, bf16)    \
  ROBOCACHE_ACCUMULATE_TYPES(Do, f16)     \
  ROBOCACHE_ACCUMULATOR_TYPES(Do)

ROBOCACHE_PROMISED_ACCUMULATE(ROBOCACHE_PROMISE)

}  // namespace detail

/// The finest scale at which sums of `most_points` values of at most `max_abs` in magnitude are
/// exact in 64 bits: 62 - ceil(log2 most_points) - e, with max_abs < 2^e.
inline std::int32_t choose_scale(float max_abs, std::int64_t most_points) {
  constexpr const char* name = "choose_scale";
  if (!(max_abs >= 0.0F) || max_abs - max_abs != 0.0F) {
    detail::fail(name,
                 "max_abs must be finite and not negative (got " + std::to_string(max_abs) + ")");
  }
  if (most_points < 1) {
    detail::fail(name, "most_points must be at least 1 (got " + std::to_string(most_points) + ")");
  }
  return detail::scale_for(detail::exponent_above(max_abs), most_points);
}

/// Forgets all points. Accumulators begin with it.
template <class Executor>
void reset(const Executor& executor, const voxel_accumulator& acc) {
  const detail::accumulator into = detail::check_accumulator("reset", acc);
  detail::run(executor, detail::each_entry<detail::reset_rule>{"reset", into.entries(), {into}});
}

/// Takes in the points of all clouds of a call.
///
/// \param executor `cpu`, `gpu` or `any_executor`; all views lie in memory that it can reach.
/// \param grid     as for `voxelize_features`, with its rules for points.
/// \param points   [B, N, 3] float, bf16, f16 or double, padded or packed.
/// \param features [B, N, C] float, bf16 or f16, with a contiguous C.
/// \param acc      takes in what it has arrays for. Values are rounded to multiples of
///                 2^-acc.scale. One of 2^(62 - scale) / acc.most_points or more in magnitude makes
///                 the mean of its voxel's channel NaN, and so do more than acc.most_points points
///                 in a voxel: nothing ever wraps unnoticed.
/// \param options  the points of each cloud.
///
/// Deterministic: the same bits on the CPU with any number of threads and on any GPU, for points in
/// any order and in any calls. On CUDA it is asynchronous, can be captured and allocates nothing.
/// Ranges are checked on the CPU; on CUDA a cloud whose range is bad is taken to be empty, and
/// offsets that lie in bounds but descend leave the results unspecified.
///
/// Throws `invalid_argument` for grids, shapes, strides and pointers that cannot be right, and
/// `cuda_error` when a launch fails.
template <class Executor, class P, class T>
void accumulate(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                view<T, 3> features, const voxel_accumulator& acc,
                const cloud_options& options = {}) {
  detail::run(executor, detail::make_accumulate_op(grid, points, features, acc, options.clouds));
}

/// The same for an accumulator of counts alone.
template <class Executor, class P>
void accumulate(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                const voxel_accumulator& acc, const cloud_options& options = {}) {
  accumulate(executor, grid, points, view<const float, 3>{}, acc, options);
}

/// Adds what `from` knows to `into`. Both have the same arrays, scale and most_points, and may have
/// been filled by different executors; the order of merges does not matter.
template <class Executor>
void merge(const Executor& executor, const voxel_accumulator& from, const voxel_accumulator& into) {
  constexpr const char* name = "merge";
  const detail::merge_rule rule{detail::check_accumulator(name, from),
                                detail::check_accumulator(name, into)};
  detail::check_alike(name, from, into);
  detail::run(executor, detail::each_entry<detail::merge_rule>{name, rule.into.entries(), rule});
}

/// Reads means into `output` [Z, Y, X, C] float, bf16 or f16: the bits that `voxelize_features`
/// gives for all points at once with the same scale, where a cloud has acc.most_points points.
/// The accumulator can go on.
template <class Executor, class Out>
void finalise_mean(const Executor& executor, const voxel_accumulator& acc, view<Out, 4> output,
                   const finalise_options& options = {}) {
  constexpr const char* name = "finalise_mean";
  const auto op = detail::make_read_op<detail::read_mean_rule>(name, "acc.sums", acc.sums, acc,
                                                               output, options);
  if (options.nans == nan_policy::skip && op.rule.from.nans == nullptr) {
    detail::fail(name, "acc.nans must be given, since NaN are to be skipped");
  }
  detail::run(executor, op);
}

/// Reads maxima into `output` [Z, Y, X, C] float, bf16 or f16: the bits of `voxelize_features`.
template <class Executor, class Out>
void finalise_max(const Executor& executor, const voxel_accumulator& acc, view<Out, 4> output,
                  const finalise_options& options = {}) {
  detail::run(executor, detail::make_read_op<detail::read_max_rule>(
                            "finalise_max", "acc.maxima", acc.maxima, acc, output, options));
}

/// Reads counts into `output` [Z, Y, X] of int64_t, of int32_t (at most 2^31 - 1), or of float as
/// `voxelize_density` does; `grid` is for `density_options::per_volume`.
template <class Executor, class Out>
void finalise_density(const Executor& executor, const voxel_accumulator& acc, view<Out, 3> output,
                      const density_options& options = {}, const voxel_grid& grid = {}) {
  detail::run(executor,
              detail::make_read_density_op("finalise_density", acc, output, options, grid));
}

ROBOCACHE_END_NAMESPACE
