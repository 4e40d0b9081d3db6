// What accumulators and their arguments can tell before anything runs.
#pragma once

#include <robocache/detail/cloud/check.hpp>
#include <robocache/detail/pointcloud/accumulate/accumulate_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Requires [Z, Y, X, ...] as `acc.counts` has them, without gaps.
template <class V, int Rank>
void check_voxels(const label& op_name, const label& name, const view<V, Rank>& v,
                  const view<std::int64_t, 3>& counts) {
  for (int r = 0; r < 3; ++r) {
    if (v.extent(r) == counts.extent(r)) continue;
    require_extent(op_name, name, r, v.extent(r), label("acc.counts.extent(#)", r),
                   counts.extent(r));
  }
  check_view(op_name, name, v);
  std::int64_t dense = 1;
  for (int r = Rank - 1; r >= 0; --r) {
    if (!v.empty() && v.extent(r) > 1 && v.stride(r) != dense) {
      fail(op_name, name.text() + ".stride(" + std::to_string(r) + ") must be " +
                        std::to_string(dense) + ", since accumulators are dense (got " +
                        std::to_string(v.stride(r)) + ")");
    }
    dense *= v.extent(r);
  }
}

/// Checks an array of channels; null is fine. The first one says how many there are.
template <class V>
V* check_channels(const label& op_name, const label& name, const view<V, 4>& v,
                  const voxel_accumulator& acc, std::int64_t& channels) {
  if (!is_given(v)) return nullptr;
  check_voxels(op_name, name, v, acc.counts);
  if (channels == 0) channels = v.extent(3);
  require_extent(op_name, name, 3, v.extent(3), "the channels of the others", channels);
  if (channels < 1) fail(op_name, name.extent(3) + " must be at least 1 (got 0)");
  return v.data_handle();
}

inline accumulator check_accumulator(const label& op_name, const voxel_accumulator& acc) {
  accumulator checked;
  check_voxels(op_name, "acc.counts", acc.counts, acc.counts);
  checked.cells = acc.counts.size();
  if (checked.cells == 0) fail(op_name, "acc.counts must have voxels");
  checked.counts = acc.counts.data_handle();
  checked.sums = check_channels(op_name, "acc.sums", acc.sums, acc, checked.channels);
  checked.maxima = check_channels(op_name, "acc.maxima", acc.maxima, acc, checked.channels);
  checked.flags = check_channels(op_name, "acc.flags", acc.flags, acc, checked.channels);
  checked.nans = check_channels(op_name, "acc.nans", acc.nans, acc, checked.channels);
  const bool has_features = checked.sums != nullptr || checked.maxima != nullptr;
  if (has_features && checked.flags == nullptr) {
    fail(op_name, "acc.flags must be given with acc.sums and acc.maxima");
  }
  if (!has_features && checked.channels > 0) {
    fail(op_name, "acc.flags and acc.nans need acc.sums or acc.maxima");
  }
  if (acc.scale < -200 || acc.scale > 250) {
    fail(op_name, "acc.scale must be -200 to 250 (got " + std::to_string(acc.scale) + ")");
  }
  if (acc.most_points < 1) {
    fail(op_name,
         "acc.most_points must be at least 1 (got " + std::to_string(acc.most_points) + ")");
  }
  checked.rule = {acc.scale, power_of_two(acc.scale), acc.most_points};
  return checked;
}

/// Calls `f(name, view)` for each array of an accumulator.
template <class F>
void for_each_array(const voxel_accumulator& acc, const F& f) {
  f("counts", acc.counts);
  f("sums", acc.sums);
  f("maxima", acc.maxima);
  f("flags", acc.flags);
  f("nans", acc.nans);
}

/// Requires that arrays `from` and `into` of two accumulators are alike.
template <class V, int Rank>
void check_pair(const label& op_name, const char* name, const view<V, Rank>& from,
                const view<V, Rank>& into) {
  bool alike = is_given(from) == is_given(into);
  for (int r = 0; r < Rank; ++r) alike = alike && from.extent(r) == into.extent(r);
  if (!alike) {
    fail(op_name, std::string("from.") + name + " and into." + name + " must have the same shape");
  }
}

/// Requires that `from` can be merged into `into`.
inline void check_alike(const label& op_name, const voxel_accumulator& from,
                        const voxel_accumulator& into) {
  check_pair(op_name, "counts", from.counts, into.counts);
  check_pair(op_name, "sums", from.sums, into.sums);
  check_pair(op_name, "maxima", from.maxima, into.maxima);
  check_pair(op_name, "flags", from.flags, into.flags);
  check_pair(op_name, "nans", from.nans, into.nans);
  output_arrays outputs(op_name);
  for_each_array(into,
                 [&](const char* name, const auto& v) { outputs.add(label("into.#", name), v); });
  for_each_array(from,
                 [&](const char* name, const auto& v) { outputs.avoid(label("from.#", name), v); });
  require_equal(op_name, "from.scale", from.scale, "into.scale", into.scale);
  require_equal(op_name, "from.most_points", from.most_points, "into.most_points",
                into.most_points);
}

template <class P, class T>
accumulate_op<std::remove_const_t<P>, std::remove_const_t<T>> make_accumulate_op(
    const voxel_grid& grid, const view<P, 3>& points, const view<T, 3>& features,
    const voxel_accumulator& acc, const ragged& clouds) {
  using Value = std::remove_const_t<T>;
  static_assert(
      std::is_same_v<Value, float> || std::is_same_v<Value, bf16> || std::is_same_v<Value, f16>,
      "robocache::accumulate: features are float, bf16 or f16");
  accumulate_op<std::remove_const_t<P>, Value> op;
  op.into = check_accumulator(op.name, acc);
  op.locate = make_locate_op(op.name, grid, points, clouds);
  for (int r = 0; r < 3; ++r) {
    require_extent(op.name, "acc.counts", r, acc.counts.extent(r), label("grid.extents[#]", 2 - r),
                   grid.extents[2 - r]);
  }
  if (op.into.channels > 0) {
    check_shape(op.name, "features", features,
                {points.extent(0), points.extent(1), op.into.channels},
                {"points.extent(0)", "points.extent(1)", "the channels of acc"}, false);
    op.values = features.data_handle();
    op.values_batch = features.stride(0);
    op.values_row = features.stride(1);
  } else if (is_given(features)) {
    fail(op.name, "features need acc.sums or acc.maxima");
  }
  output_arrays outputs(op.name);
  for_each_array(acc, [&](const char* of, const auto& v) { outputs.add(label("acc.#", of), v); });
  outputs.avoid("features", features);
  avoid_clouds(outputs, points, clouds);
  return op;
}

/// Requires that what an accumulator is read into shares no memory with it.
template <class Out, int Rank>
void check_apart(const label& op_name, const view<Out, Rank>& output,
                 const voxel_accumulator& acc) {
  output_arrays outputs(op_name);
  outputs.add("output", output);
  for_each_array(acc, [&](const char* of, const auto& v) { outputs.avoid(label("acc.#", of), v); });
}

/// Reading channels of `acc` into an output [Z, Y, X, C].
template <template <class> class Rule, class Out, class Array>
each_entry<Rule<Out>> make_read_op(const char* op_name, const label& name, const Array& array,
                                   const voxel_accumulator& acc, const view<Out, 4>& output,
                                   const finalise_options& options) {
  static_assert(std::is_same_v<Out, float> || std::is_same_v<Out, bf16> || std::is_same_v<Out, f16>,
                "robocache: accumulated features are read as float, bf16 or f16");
  const accumulator from = check_accumulator(op_name, acc);
  if (!is_given(array)) fail(op_name, name.text() + " must be given");
  check_voxels(op_name, "output", output, acc.counts);
  require_extent(op_name, "output", 3, output.extent(3), "the channels of acc", from.channels);
  require_enum(op_name, "options.nans must be a nan_policy", options.nans, nan_policy::skip);
  check_apart(op_name, output, acc);
  return {op_name, from.entries(), {from, output.data_handle(), options.empty, options.nans}};
}

template <class Out>
each_entry<read_density_rule<Out>> make_read_density_op(const char* op_name,
                                                        const voxel_accumulator& acc,
                                                        const view<Out, 3>& output,
                                                        const density_options& options,
                                                        const voxel_grid& grid) {
  static_assert(std::is_same_v<Out, std::int32_t> || std::is_same_v<Out, std::int64_t> ||
                    std::is_same_v<Out, float>,
                "robocache::finalise_density: output is int32_t, int64_t or float");
  const accumulator from = check_accumulator(op_name, acc);
  check_voxels(op_name, "output", output, acc.counts);
  if (is_given(options.clouds.lengths) || is_given(options.clouds.offsets)) {
    fail(op_name, "options.clouds must be null: an accumulator has no clouds any more");
  }
  if (options.per_volume && !std::is_same_v<Out, float>) {
    fail(op_name, "options.per_volume needs an output of float");
  }
  if (options.per_volume) check_grid<float>(op_name, grid);
  check_apart(op_name, output, acc);
  const auto volume = static_cast<float>(grid.size[0] * grid.size[1] * grid.size[2]);
  return {op_name, from.cells, {from, output.data_handle(), options.per_volume, volume}};
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
