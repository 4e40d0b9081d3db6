/// \file
/// Point clouds to dense grids: occupancy, density, and features by voxel.
#pragma once

#include <array>
#include <robocache/detail/pointcloud/features/features_check.hpp>
#include <robocache/detail/pointcloud/features/features_cpu.hpp>
#include <robocache/detail/pointcloud/fill/fill_check.hpp>
#include <robocache/detail/pointcloud/fill/fill_cpu.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/pointcloud/voxelize_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE

namespace detail {

/// The promised types.
#define ROBOCACHE_VOXELIZE_TYPES(Do, P)                                   \
  Do(fill_op<P, std::uint8_t>) Do(fill_op<P, bf16>) Do(fill_op<P, float>) \
      Do(fill_op<P, std::int32_t>) Do(fill_op<P, cell_bits>) Do(features_op<P>)

#define ROBOCACHE_PROMISED_VOXELIZE(Do) \
  ROBOCACHE_VOXELIZE_TYPES(Do, float)   \
  ROBOCACHE_VOXELIZE_TYPES(Do, double)  \
  ROBOCACHE_VOXELIZE_TYPES(Do, bf16)    \
  ROBOCACHE_VOXELIZE_TYPES(Do, f16)

ROBOCACHE_PROMISED_VOXELIZE(ROBOCACHE_PROMISE)

/// Features of a call of one.
template <class T, class Out>
std::array<voxel_feature, 1> one_feature(voxel_reduction how, const view<T, 3>& values,
                                         const view<Out, 5>& output,
                                         const feature_options& options) {
  static_assert(!std::is_integral_v<T>,
                "robocache: features are float, bf16 or f16; labels can be voted on");
  voxel_feature one(how, values, output);
  one.empty = options.empty;
  one.nans = options.nans;
  return {one};
}

#if defined(ROBOCACHE_CUDA)
ROBOCACHE_EXPORT std::size_t fill_workspace_bytes(const voxel_grid& grid, std::int64_t batch,
                                                  std::int64_t points, bool packed);
ROBOCACHE_EXPORT std::size_t bins_workspace_bytes(const voxel_grid& grid, std::int64_t batch,
                                                  std::int64_t points, bool packed,
                                                  std::int64_t features);
#endif

}  // namespace detail

/// Bytes of scratch, at most, that `voxelize_occupancy` and `voxelize_density` take on CUDA for
/// `batch` clouds of `points` points with their padding, or of so many in all when `packed`.
/// The CPU takes none of a workspace.
inline std::size_t voxelize_workspace_bytes([[maybe_unused]] const voxel_grid& grid,
                                            [[maybe_unused]] std::int64_t batch,
                                            [[maybe_unused]] std::int64_t points,
                                            [[maybe_unused]] bool packed = false) {
#if defined(ROBOCACHE_CUDA)
  return detail::fill_workspace_bytes(grid, batch, points, packed);
#else
  return 0;
#endif
}

/// The same for `voxelize_features` of so many features, `voxelize_sparse` and `voxelize_first`. On
/// the device in use.
inline std::size_t voxelize_features_workspace_bytes([[maybe_unused]] const voxel_grid& grid,
                                                     [[maybe_unused]] std::int64_t batch,
                                                     [[maybe_unused]] std::int64_t points,
                                                     [[maybe_unused]] std::int64_t features = 1,
                                                     [[maybe_unused]] bool packed = false) {
#if defined(ROBOCACHE_CUDA)
  return detail::bins_workspace_bytes(grid, batch, points, packed, features);
#else
  return 0;
#endif
}

/// Marks the voxels that hold a point.
///
/// \param executor `cpu`, `gpu` (with a workspace) or `any_executor`; all views lie in memory that
///                 it can reach.
/// \param grid     where the voxels lie; see `voxel_finder` for the rule. NaN points are dropped.
/// \param points   [B, N, 3] float, bf16, f16 or double; rows may be longer (a stride of 4 for x,
/// y,
///                 z, intensity). Packed batches are [1, N, 3] with `options.clouds.offsets`.
/// \param output   [B, Z, Y, X] of uint8_t, bf16 or float: 1 or 0. Voxels of a cloud are
///                 contiguous; the stride of the batch is free. Every element is written once.
/// \param options  the points of each cloud.
/// \param report   optional counts of points inside, outside and NaN.
///
/// Deterministic: the same bits on the CPU with any number of threads and on any GPU, for points in
/// any order. On CUDA it is asynchronous, can be captured, and allocates nothing but what the
/// workspace lacks of `voxelize_workspace_bytes`. Ranges are checked before anything is written on
/// the CPU; on CUDA a cloud whose range is bad is taken to be empty, and
/// offsets that lie in bounds but descend leave the results unspecified.
///
/// Throws `invalid_argument` for grids, shapes, strides and pointers that cannot be right, and
/// `cuda_error` when a launch fails, before anything is written.
template <class Executor, class P, class Out>
void voxelize_occupancy(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                        view<Out, 4> output, const cloud_options& options = {},
                        const voxelize_report& report = {}) {
  static_assert(
      std::is_same_v<Out, std::uint8_t> || std::is_same_v<Out, bf16> || std::is_same_v<Out, float>,
      "robocache::voxelize_occupancy: output is uint8_t, bf16 or float");
  const auto op =
      detail::make_fill_op<Out>("voxelize_occupancy", grid, points, options.clouds, report, output);
  detail::run(executor, op);
}

/// The same into bits: word [b, i] holds voxels 32 i to 32 i + 31 of cloud b, the lowest bit first.
/// `output` is [B, ceil(cells / 32)]; bits beyond the last voxel are 0.
template <class Executor, class P>
void voxelize_occupancy(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                        view<std::uint32_t, 2> output, const cloud_options& options = {},
                        const voxelize_report& report = {}) {
  const auto op = detail::make_fill_op<detail::cell_bits>("voxelize_occupancy", grid, points,
                                                          options.clouds, report, output);
  detail::run(executor, op);
}

/// Counts the points of each voxel.
///
/// `output` is [B, Z, Y, X] of int32_t, exact, or of float: the count rounded once, or by
/// `density_options::per_volume` that divided by the volume of a voxel (a product of doubles,
/// rounded once to float). Else as `voxelize_occupancy`. At most 2^31 - 1 points per cloud.
template <class Executor, class P, class Out>
void voxelize_density(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                      view<Out, 4> output, const density_options& options = {},
                      const voxelize_report& report = {}) {
  constexpr const char* name = "voxelize_density";
  static_assert(std::is_same_v<Out, std::int32_t> || std::is_same_v<Out, float>,
                "robocache::voxelize_density: output is int32_t or float");
  auto op = detail::make_fill_op<Out>(name, grid, points, options.clouds, report, output);
  op.value.rule = detail::cell_rule::count;
  if (options.per_volume) {
    if constexpr (!std::is_same_v<Out, float>) {
      detail::fail(name, "options.per_volume needs an output of float");
    }
    op.value.rule = detail::cell_rule::per_volume;
    op.value.volume = static_cast<float>(grid.size[0] * grid.size[1] * grid.size[2]);
  }
  detail::run(executor, op);
}

/// Reduces features over the points of each voxel: any number of features, each by its reduction,
/// with the points sorted into voxels once.
///
/// \param features a contiguous host container of `voxel_feature` whose outputs are
///                 [B, Z, Y, X, C]; channels are contiguous, and so are the voxels of a cloud.
/// \param report   optional: the points of each voxel, and counts of points as of occupancy.
///
/// `mean` is the sum of the values rounded to multiples of 2^-k, exact in 64 bits, times 2^k over
/// their number: computed in double and rounded once to the output. k is 62 - ceil(log2 N) - e for
/// a cloud of N points with all magnitudes of the channel below 2^e among its points inside, so an
/// addend of a float errs by less than 2^-(k+1) and by nothing when it is not 2^39 / N times
/// smaller than the largest. Infinities give infinity, both of them NaN. `maximum` is exact.
/// `vote` counts labels, channel by channel, in one pass over the voxel's points for each different
/// label until those left cannot win: quick for voxels of a few classes, and slow for thousands of
/// points that all have labels of their own.
/// Points, executors, determinism, errors as for `voxelize_occupancy`.
template <class Executor, class P, class Features>
void voxelize_features(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                       const Features& features, const cloud_options& options = {},
                       const features_report& report = {}) {
  detail::features_op<std::remove_const_t<P>> op;
  op.locate = detail::make_locate_op(op.name, grid, points, options.clouds);
  detail::check_report(op.name, report, op.locate);
  op.features = detail::check_features(op.name, op.locate, points.extent(0), features.data(),
                                       static_cast<std::int64_t>(features.size()), 5);
  op.counts = detail::check_counts(op.name, op.locate, report.counts);
  detail::output_arrays outputs(op.name);
  detail::add_report(outputs, report);
  outputs.add("report.counts", report.counts);
  detail::check_features_apart(outputs, features.data(), op.features.count);
  detail::avoid_clouds(outputs, points, options.clouds);
  detail::run(executor, op);
}

/// `voxelize_features` of one feature [B, N, C] of float, bf16 or f16 by `voxel_reduction::mean`.
template <class Executor, class P, class T, class Out>
void voxelize_mean(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                   view<T, 3> features, view<Out, 5> output, const feature_options& options = {},
                   const features_report& report = {}) {
  voxelize_features(executor, grid, points,
                    detail::one_feature(voxel_reduction::mean, features, output, options),
                    {options.clouds}, report);
}

/// `voxelize_features` of one feature by `voxel_reduction::maximum`.
template <class Executor, class P, class T, class Out>
void voxelize_max(const Executor& executor, const voxel_grid& grid, view<P, 3> points,
                  view<T, 3> features, view<Out, 5> output, const feature_options& options = {},
                  const features_report& report = {}) {
  voxelize_features(executor, grid, points,
                    detail::one_feature(voxel_reduction::maximum, features, output, options),
                    {options.clouds}, report);
}

ROBOCACHE_END_NAMESPACE
