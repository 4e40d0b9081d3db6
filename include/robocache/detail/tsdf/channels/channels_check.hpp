// What the channels of volumes can tell before they are read.
#pragma once

#include <robocache/detail/each_entry.hpp>
#include <robocache/detail/tsdf/channels/channels_op.hpp>
#include <robocache/detail/tsdf/sparse/sparse_check.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline void require_channels(const label& op, const tsdf_cells& voxels) {
  if (voxels.channel_count == 0) fail(op, "volume.channels must be given");
}

template <class Out>
each_entry<read_channels_rule<Out>> make_read_channels_op(const char* name,
                                                          const tsdf_volume& volume,
                                                          const view<Out, 5>& output,
                                                          float unknown) {
  static_assert(std::is_same_v<Out, float> || std::is_same_v<Out, std::uint8_t>,
                "robocache::read_channels: output is float or uint8_t");
  const tsdf_cells from = check_volume(name, "volume", volume);
  require_channels(name, from);
  check_voxel_array(name, "output", output, from.items, volume.grid);
  require_extent(name, "output", 4, output.extent(4), "the channels of the volume",
                 from.channel_count);
  if (std::is_integral_v<Out> && !(unknown >= 0.0F && unknown <= 255.0F)) {
    fail(name,
         "unknown must be 0 to 255 for an output of uint8_t (got " + std::to_string(unknown) + ")");
  }
  output_arrays outputs(name);
  outputs.add("output", output);
  outputs.avoid("volume.channels", volume.channels);
  outputs.avoid("volume.weights", volume.weights);
  return {name, from.entries() * from.channel_count, {from, output.data_handle(), unknown}};
}

inline dense_places check_places(const label& op, const tsdf_volume& volume) {
  const dense_places places{check_volume(op, "volume", volume)};
  require_equal(op, "the number of volumes", places.voxels.items, "that of meshes and views", 1);
  return places;
}
inline sparse_places check_places(const label& op, const sparse_tsdf_volume& volume) {
  const sparse_cells cells = check_sparse(op, "volume", volume);
  return {cells, cells.voxels};
}

template <class Volume>
auto make_sample_channels_op(const char* name, const Volume& volume,
                             const view<const float, 2>& points, const view<float, 2>& output) {
  const auto places = check_places(name, volume);
  sample_channels_rule<std::remove_const_t<decltype(places)>> rule;
  rule.places = places;
  require_channels(name, places.voxels);
  for (int a = 0; a < 3; ++a) {
    rule.first[a] = static_cast<float>(volume.grid.origin[a] + 0.5 * volume.grid.voxel);
  }
  rule.voxel = static_cast<float>(volume.grid.voxel);
  check_shape(name, "points", points, {points.extent(0), 3}, {"the points", "3 coordinates"},
              false);
  check_shape(name, "output", output, {points.extent(0), places.voxels.channel_count},
              {"points.extent(0)", "the channels of the volume"});
  output_arrays outputs(name);
  outputs.add("output", output);
  outputs.avoid("points", points);
  outputs.avoid("volume.channels", volume.channels);
  outputs.avoid("volume.weights", volume.weights);
  rule.points = points.data_handle();
  rule.points_row = points.stride(0);
  rule.output = output.data_handle();
  rule.output_row = output.stride(0);
  return each_entry<decltype(rule)>{name, points.extent(0), rule};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
