/// \file
/// Colours and other channels that volumes keep.
#pragma once

#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/channels/channels_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_CHANNELS(Do)                                                      \
  Do(each_entry<read_channels_rule<float>>) Do(each_entry<read_channels_rule<std::uint8_t>>) \
      Do(each_entry<sample_channels_rule<dense_places>>)                                     \
          Do(each_entry<sample_channels_rule<sparse_places>>)

ROBOCACHE_PROMISED_CHANNELS(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Reads the weighted means of channels.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param volume   with channels. \param output   [B, Z, Y, X, C] float
/// or uint8_t (rounded to nearest), dense. \param unknown  the value of voxels without a distance.
///
/// In single precision; deterministic as `read_distance`.
template <class Executor, class Out>
void read_channels(const Executor& executor, const tsdf_volume& volume, view<Out, 5> output,
                   float unknown = 0.0F) {
  detail::run(executor, detail::make_read_channels_op("read_channels", volume, output, unknown));
}

/// Finds the channels at points, such as the vertices of a mesh or what a ray-cast meets.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels.
/// \param volume   a `tsdf_volume` of one, or a `sparse_tsdf_volume`, with channels.
/// \param points   [N, 3] float in the world, rows may be longer.
/// \param output   [N, C] float: trilinear between those of the eight voxels around that have some;
///                 NaN where none has.
///
/// In single precision; deterministic as `query_field`.
template <class Executor, class Volume>
void sample_channels(const Executor& executor, const Volume& volume, view<const float, 2> points,
                     view<float, 2> output) {
  detail::run(executor, detail::make_sample_channels_op("sample_channels", volume, points, output));
}

ROBOCACHE_END_NAMESPACE
