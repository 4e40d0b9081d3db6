// What is read of each voxel that knows its nearest point, in single precision.
#pragma once

#include <robocache/detail/tsdf/read/read_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

template <class Out>
struct read_nearest_rule {
  nearest_cells from;
  Out* output = nullptr;
  float unit = 1.0F;   // what the output counts in, in metres
  float limit = 1.0F;  // of distances, in metres
  float unknown = 0.0F;

  ROBOCACHE_HD void operator()(std::int64_t i) const {
    const std::uint32_t key = from.keys[i];
    const float far = square_root(bit_cast<float>(key >> 1));
    const float size = (far < limit ? far : limit) / unit;
    const float distance = (key & 1U) != 0 ? -size : size;
    output[i] = narrow<Out>(key == nearest_none ? unknown : distance);
  }
};

template <class Out>
each_entry<read_nearest_rule<Out>> make_read_nearest_op(const char* name,
                                                        const nearest_volume& volume,
                                                        const view<Out, 4>& output,
                                                        const read_distance_options& options) {
  static_assert(std::is_same_v<Out, float> || std::is_same_v<Out, bf16> || std::is_same_v<Out, f16>,
                "robocache::read_distance: output is float, bf16 or f16");
  require_not_negative(name, "options.truncation", options.truncation);
  const double whole = volume.grid.truncation;
  const bool narrower = options.truncation > 0.0 && options.truncation < whole;
  read_nearest_rule<Out> rule;
  rule.from = check_nearest(name, "volume", volume);
  check_voxel_array(name, "output", output, rule.from.items, volume.grid);
  require_apart(name, "output", footprint(output), "volume.keys", footprint(volume.keys));
  rule.output = output.data_handle();
  rule.unit = options.normalised ? static_cast<float>(whole) : 1.0F;
  rule.limit = static_cast<float>(narrower ? options.truncation : whole);
  rule.unknown = options.unknown;
  return {name, rule.from.entries(), rule};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
