// What the shapes, strides, pointers and options of a `resample` can tell before it runs.
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/trajectory/resample_op.hpp>

namespace robocache::detail {

constexpr const char* resample_name = "resample";

/// Checks an optional view shaped like `targets`; null is fine.
template <class V>
optional_output<V> check_optional(const char* op, const char* name, const view<V, 2>& v,
                                  std::int64_t rows, std::int64_t columns) {
  if (v.data_handle() == nullptr && v.size() == 0) return {};
  check_view(op, name, v, true);
  const std::string n = name;
  require_equal(op, (n + ".extent(0)").c_str(), v.extent(0), "targets.extent(0)", rows);
  require_equal(op, (n + ".extent(1)").c_str(), v.extent(1), "targets.extent(1)", columns);
  return {v.data_handle(), v.stride(0), 1};
}

/// Checks optional lengths (`extra` = 0) or offsets (`extra` = 1); null is fine.
inline const std::int64_t* check_ranges(const char* op, const char* name,
                                        const view<const std::int64_t, 1>& v, std::int64_t items,
                                        int extra) {
  if (v.data_handle() == nullptr && v.extent(0) == 0) return nullptr;
  check_view(op, name, v);
  require_equal(op, (std::string(name) + ".extent(0)").c_str(), v.extent(0),
                extra == 0 ? "the number of items" : "the number of items + 1", items + extra);
  return v.data_handle();
}

/// Lays the groups out over the channels.
template <class T, class Time, class Out>
void place_groups(const char* name, resample_op<T, Time, Out>& op, const channel_groups& groups) {
  std::int64_t channel = 0;
  op.units = 0;
  op.group_count = groups.count();
  for (int g = 0; g < groups.count(); ++g) {
    const interpolation kind = groups[g].kind;
    const bool all = groups[g].channels == -1;
    const std::int64_t width = is_slerp(kind) ? 4 : 1;
    const std::int64_t count = all ? op.channels : groups[g].channels;
    if (kind > interpolation::slerp_wxyz) {
      fail(name, "options.kinds holds no kind of interpolation (got " +
                     std::to_string(static_cast<int>(kind)) + ")");
    }
    if (count < 0 || (count == 0 && !all) || count % width != 0) {
      fail(name, "options.kinds: group " + std::to_string(g) + " must have " +
                     (width == 4 ? "a multiple of 4 channels" : "at least 1 channel") + " (got " +
                     std::to_string(count) + ")");
    }
    if (g == 0) op.kind = kind;
    op.groups[g] = {static_cast<std::int32_t>(channel), static_cast<std::int32_t>(op.units), kind};
    channel += count;
    op.units += count / width;
  }
  require_equal(name, "the channels of options.kinds", channel, "source.extent(2)", op.channels);
}

template <class Time>
void check_policies(const char* op, const resample_options<Time>& options) {
  const auto check_limit = [op](const char* name, Time limit) {
    if (!(limit >= Time(0))) {
      fail(op, std::string("options.") + name + " must not be negative or NaN (got " +
                   std::to_string(limit) + ")");
    }
  };
  check_limit("max_gap", options.max_gap);
  check_limit("tolerance", options.tolerance);
  if (options.before > end_policy::extrapolate || options.after > end_policy::extrapolate) {
    fail(op, "options.before and options.after must be an end_policy");
  }
  if (options.nans > nan_policy::skip) fail(op, "options.nans must be a nan_policy");
}

/// Checks the arguments and gathers them. `name` begins the messages; `per_channel` is how many
/// channels of the output each channel of the source has; `own_clock`: the targets are the caller's
/// to check, and may be null.
template <class T, class Time, class Out>
resample_op<T, Time, Out> make_resample_op(const char* name, const view<const T, 3>& source,
                                           const view<const Time, 2>& times,
                                           const view<const Time, 2>& targets,
                                           const view<Out, 3>& output,
                                           const resample_options<Time>& options,
                                           const resample_report<Time>& report,
                                           bool own_clock = false, std::int64_t per_channel = 1) {
  check_view(name, "source", source);
  check_view(name, "times", times);
  if (!own_clock) check_view(name, "targets", targets);
  check_view(name, "output", output, true);
  require_equal(name, "times.extent(0)", times.extent(0), "source.extent(0)", source.extent(0));
  require_equal(name, "times.extent(1)", times.extent(1), "source.extent(1)", source.extent(1));
  require_equal(name, "output.extent(0)", output.extent(0), "targets.extent(0)", targets.extent(0));
  require_equal(name, "output.extent(1)", output.extent(1), "targets.extent(1)", targets.extent(1));
  require_equal(name, "output.extent(2)", output.extent(2),
                per_channel == 1 ? "source.extent(2)" : "keep * source.extent(2)",
                source.extent(2) * per_channel);
  if (source.extent(2) > INT32_MAX) {
    fail(name,
         "source.extent(2) must be less than 2^31 (got " + std::to_string(source.extent(2)) + ")");
  }
  check_policies(name, options);

  resample_op<T, Time, Out> op{};
  const bool packed = options.offsets.data_handle() != nullptr;
  const bool packed_targets = options.target_offsets.data_handle() != nullptr;
  op.items = packed_targets ? options.target_offsets.extent(0) - 1 : targets.extent(0);
  require_equal(name, packed ? "source.extent(0) of a packed batch" : "source.extent(0)",
                source.extent(0), packed ? "1" : "the number of items", packed ? 1 : op.items);
  if (packed_targets) {
    require_equal(name, "targets.extent(0) of a packed batch", targets.extent(0), "1", 1);
  }
  op.lengths = check_ranges(name, "options.lengths", options.lengths, op.items, 0);
  op.offsets = check_ranges(name, "options.offsets", options.offsets, op.items, 1);
  op.target_lengths =
      check_ranges(name, "options.target_lengths", options.target_lengths, op.items, 0);
  op.target_offsets =
      check_ranges(name, "options.target_offsets", options.target_offsets, op.items, 1);
  if (op.lengths != nullptr && packed) {
    fail(name, "options.lengths and options.offsets must not both be given");
  }
  if (op.target_lengths != nullptr && packed_targets) {
    fail(name, "options.target_lengths and options.target_offsets must not both be given");
  }
  if (const auto& mask = options.sample_mask; mask.data_handle() != nullptr) {
    check_view(name, "options.sample_mask", mask);
    require_equal(name, "options.sample_mask.extent(0)", mask.extent(0), "times.extent(0)",
                  times.extent(0));
    require_equal(name, "options.sample_mask.extent(1)", mask.extent(1), "times.extent(1)",
                  times.extent(1));
    op.mask = mask.data_handle();
    op.mask_batch = mask.stride(0);
  }

  op.source = source.data_handle();
  op.source_batch = source.stride(0);
  op.source_row = source.stride(1);
  op.times = times.data_handle();
  op.times_batch = times.stride(0);
  op.targets = targets.data_handle();
  op.targets_batch = targets.stride(0);
  op.output = output.data_handle();
  op.output_batch = output.stride(0);
  op.output_row = output.stride(1);
  op.samples = source.extent(1);
  op.rows = targets.extent(0);
  op.columns = targets.extent(1);
  op.channels = source.extent(2);
  // Products with a column fit 64 bits; where they would not, the guess is the first sample.
  const bool countable = op.columns > 0 && op.samples < (std::int64_t{1} << 31);
  op.samples_per_target = countable ? (static_cast<std::uint64_t>(op.samples) << 32) /
                                          static_cast<std::uint64_t>(op.columns)
                                    : 0;
  place_groups(name, op, options.kinds);
  op.policy = {options.before, options.after, options.max_gap, options.tolerance};
  op.nans = options.nans;
  op.fill = narrow<Out>(options.fill_value);

  op.valid = check_optional(name, "report.valid", report.valid, op.rows, op.columns);
  op.left = check_optional(name, "report.left", report.left, op.rows, op.columns);
  op.weight = check_optional(name, "report.weight", report.weight, op.rows, op.columns);
  op.age = check_optional(name, "report.age", report.age, op.rows, op.columns);
  if (report.status.data_handle() != nullptr) {
    check_view(name, "report.status", report.status);
    require_equal(name, "report.status.extent(0)", report.status.extent(0), "the number of items",
                  op.items);
    op.status = report.status.data_handle();
  }
  return op;
}

}  // namespace robocache::detail
