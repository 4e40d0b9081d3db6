/// \file
/// What volumes hold: distances, weights, occupancy.
#pragma once

#include <robocache/detail/cpu/each_entry.hpp>
#include <robocache/detail/run_on.hpp>
#include <robocache/detail/tsdf/read/read_check.hpp>
#include <robocache/tsdf/read_options.hpp>
#include <robocache/tsdf/volume.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The promised types.
#define ROBOCACHE_PROMISED_READ_TSDF(Do)                                               \
  Do(each_entry<read_distance_rule<float>>) Do(each_entry<read_distance_rule<bf16>>)   \
      Do(each_entry<read_distance_rule<f16>>) Do(each_entry<read_weight_rule<float>>)  \
          Do(each_entry<read_weight_rule<bf16>>) Do(each_entry<read_weight_rule<f16>>) \
              Do(each_entry<read_occupancy_rule<std::uint8_t>>)                        \
                  Do(each_entry<read_occupancy_rule<bf16>>)                            \
                      Do(each_entry<read_occupancy_rule<float>>)

ROBOCACHE_PROMISED_READ_TSDF(ROBOCACHE_PROMISE_CPU)

}  // namespace detail

/// Reads distances: the weighted mean of each voxel, clamped.
///
/// \param executor `cpu`, or `any_executor` of one, until there are kernels; all views lie in
/// memory that it can reach. \param volume   is not changed: frames can go on coming. \param output
/// [B, Z, Y, X] float, bf16 or f16, dense: metres, or parts of the truncation;
///                 positive in front of the surface.
/// \param options  units, clamp, the value of unknown voxels, and what is known.
///
/// The quotient of sum and weight in single precision, off by less than 2 ulp. Deterministic: the
/// same bits on the CPU with any number of threads. Throws `invalid_argument` for what cannot be
/// right.
template <class Executor, class Out>
void read_distance(const Executor& executor, const tsdf_volume& volume, view<Out, 4> output,
                   const read_distance_options& options = {}) {
  detail::run(executor, detail::make_read_distance_op("read_distance", volume, output, options));
}

/// Reads the weights of distances into `output` [B, Z, Y, X] float, bf16 or f16, dense, as
/// `read_distance`: a frame of weight 1 counts 1.
template <class Executor, class Out>
void read_weight(const Executor& executor, const tsdf_volume& volume, view<Out, 4> output,
                 const read_weight_options& options = {}) {
  detail::run(executor, detail::make_read_weight_op("read_weight", volume, output, options));
}

/// Reads which voxels are occupied into `output` [B, Z, Y, X] uint8_t, bf16 or float, dense, as
/// `read_distance`: 1 where the distance is at most the threshold, 0 where it is larger.
template <class Executor, class Out>
void read_occupancy(const Executor& executor, const tsdf_volume& volume, view<Out, 4> output,
                    const read_occupancy_options& options = {}) {
  detail::run(executor, detail::make_read_occupancy_op("read_occupancy", volume, output, options));
}

ROBOCACHE_END_NAMESPACE
