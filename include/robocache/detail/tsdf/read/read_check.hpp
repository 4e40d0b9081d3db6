// What read-outs of volumes can tell before they run.
#pragma once

#include <robocache/detail/tsdf/read/read_op.hpp>
#include <robocache/detail/tsdf/volume/volume_check.hpp>
#include <robocache/tsdf/read_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Requires a number that is not negative; infinity is fine.
inline void require_not_negative(const label& op, const label& name, double value) {
  if (value >= 0.0) return;
  fail(op, name.text() + " must not be negative or NaN (got " + std::to_string(value) + ")");
}

/// Checks an output and that it is none of the volume's arrays.
template <class Out>
Out* check_read_output(const label& op, const tsdf_volume& volume, const tsdf_cells& from,
                       const view<Out, 4>& output) {
  check_voxel_array(op, "output", output, from.items, volume.grid);
  output_arrays outputs(op);
  outputs.add("output", output);
  outputs.avoid("volume.sums", volume.sums);
  outputs.avoid("volume.weights", volume.weights);
  outputs.avoid("volume.free_votes", volume.free_votes);
  outputs.avoid("volume.channels", volume.channels);
  return output.data_handle();
}

/// Metres of what is known.
inline distance_rule make_distance_rule(const label& op, const tsdf_cells& from,
                                        const tsdf_grid& grid, const tsdf_trust& trust) {
  require_not_negative(op, "options.trust.min_weight", trust.min_weight);
  require_not_negative(op, "options.trust.carve", trust.carve);
  distance_rule rule;
  rule.from = from;
  rule.scale = static_cast<float>(grid.truncation);
  const double least = trust.min_weight * static_cast<double>(weight_one);
  if (least > 1.0) {  // rounded up: an integer is at least the one if it is at least the other
    const std::uint32_t below = least < 0x1p32 ? static_cast<std::uint32_t>(least) : UINT32_MAX;
    rule.min_weight = below + (static_cast<double>(below) < least && below < UINT32_MAX ? 1 : 0);
  }
  rule.carve = static_cast<float>(trust.carve);
  return rule;
}

/// The same in the units of a read-out, clamped.
inline distance_rule make_distance_rule(const label& op, const tsdf_cells& from,
                                        const tsdf_grid& grid,
                                        const read_distance_options& options) {
  require_not_negative(op, "options.truncation", options.truncation);
  distance_rule rule = make_distance_rule(op, from, grid, options.trust);
  if (options.normalised) rule.scale = 1.0F;
  if (options.truncation > 0.0 && options.truncation < grid.truncation) {
    rule.limit = static_cast<float>(options.truncation / grid.truncation);
  }
  return rule;
}

template <class Out>
each_entry<read_distance_rule<Out>> make_read_distance_op(const char* name,
                                                          const tsdf_volume& volume,
                                                          const view<Out, 4>& output,
                                                          const read_distance_options& options) {
  static_assert(std::is_same_v<Out, float> || std::is_same_v<Out, bf16> || std::is_same_v<Out, f16>,
                "robocache::read_distance: output is float, bf16 or f16");
  read_distance_rule<Out> rule;
  const tsdf_cells from = check_volume(name, "volume", volume);
  rule.distances = make_distance_rule(name, from, volume.grid, options);
  rule.output = check_read_output(name, volume, from, output);
  rule.unknown = options.unknown;
  return {name, from.entries(), rule};
}

template <class Out>
each_entry<read_weight_rule<Out>> make_read_weight_op(const char* name, const tsdf_volume& volume,
                                                      const view<Out, 4>& output,
                                                      const read_weight_options& options) {
  static_assert(std::is_same_v<Out, float> || std::is_same_v<Out, bf16> || std::is_same_v<Out, f16>,
                "robocache::read_weight: output is float, bf16 or f16");
  require_not_negative(name, "options.max_weight", options.max_weight);
  read_weight_rule<Out> rule;
  rule.from = check_volume(name, "volume", volume);
  rule.output = check_read_output(name, volume, rule.from, output);
  rule.max_weight = static_cast<float>(options.max_weight);
  return {name, rule.from.entries(), rule};
}

template <class Out>
each_entry<read_occupancy_rule<Out>> make_read_occupancy_op(const char* name,
                                                            const tsdf_volume& volume,
                                                            const view<Out, 4>& output,
                                                            const read_occupancy_options& options) {
  static_assert(
      std::is_same_v<Out, std::uint8_t> || std::is_same_v<Out, bf16> || std::is_same_v<Out, float>,
      "robocache::read_occupancy: output is uint8_t, bf16 or float");
  require_finite(name, "options.threshold", options.threshold);
  if (std::is_integral_v<Out> && !(options.unknown >= 0.0F && options.unknown <= 255.0F)) {
    fail(name, "options.unknown must be 0 to 255 for an output of uint8_t (got " +
                   std::to_string(options.unknown) + ")");
  }
  read_occupancy_rule<Out> rule;
  rule.distances =
      make_distance_rule(name, check_volume(name, "volume", volume), volume.grid, options.trust);
  rule.output = check_read_output(name, volume, rule.distances.from, output);
  rule.threshold = static_cast<float>(options.threshold);
  rule.unknown = options.unknown;
  return {name, rule.distances.from.entries(), rule};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
