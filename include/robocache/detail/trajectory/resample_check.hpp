// What the shapes, strides, pointers and options of a `resample` can tell before it runs.
#pragma once

#include <robocache/detail/check.hpp>
#include <robocache/detail/trajectory/resample_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr const char* resample_name = "resample";

/// What messages call ragged samples and targets.
inline constexpr ragged_names sample_names{"options.samples.lengths", "options.samples.offsets"};
inline constexpr ragged_names target_names{"options.targets.lengths", "options.targets.offsets"};

/// Checks an optional view shaped like `targets`; null is fine.
template <class V>
optional_output<V> check_report(const label& op, const label& name, const view<V, 2>& v,
                                std::int64_t rows, std::int64_t columns) {
  V* const data =
      check_optional(op, name, v, {rows, columns}, {"targets.extent(0)", "targets.extent(1)"});
  if (data == nullptr) return {};
  return {data, v.stride(0), 1};
}

/// Lays the groups out over the channels.
template <class T, class Time, class Out>
void place_groups(const label& name, resample_op<T, Time, Out>& op, const channel_groups& groups) {
  std::int64_t channel = 0;
  op.group_count = groups.count();
  for (int g = 0; g < groups.count(); ++g) {
    const interpolation kind = groups[g].kind;
    const bool all = groups[g].channels == -1;
    const std::int64_t width = is_slerp(kind) ? 4 : 1;
    const std::int64_t count = all ? op.channels : groups[g].channels;
    require_enum(name, "options.kinds holds no kind of interpolation", kind, interpolation::angle);
    if (count < 0 || (count == 0 && !all) || count % width != 0) {
      fail(name, "options.kinds: group " + std::to_string(g) + " must have " +
                     (width == 4 ? "a multiple of 4 channels" : "at least 1 channel") + " (got " +
                     std::to_string(count) + ")");
    }
    const auto period = static_cast<float>(groups[g].period);
    if (kind == interpolation::angle && !(period > 0.0F && is_finite(period))) {
      fail(name, "options.kinds: group " + std::to_string(g) +
                     " must have a positive, finite period (got " +
                     std::to_string(groups[g].period) + ")");
    }
    if (g == 0) op.kind = kind;
    const std::int64_t first = channel;
    channel = checked_sum(name, "the channels of options.kinds", channel, count);
    if (channel > op.channels) continue;  // an error, once all are added up
    int plan = 0;
    while (plan < op.plan_count && !same_plan(op.plan_kinds[plan], kind)) ++plan;
    if (plan == op.plan_count) op.plan_kinds[op.plan_count++] = kind;
    op.groups[g] = {static_cast<std::int32_t>(first), static_cast<std::int32_t>(count), kind,
                    static_cast<std::uint8_t>(plan), groups[g].period};
  }
  require_equal(name, "the channels of options.kinds", channel, "source.extent(2)", op.channels);
}

template <class Time>
void check_limit(const label& op, const label& name, Time limit) {
  if (limit >= Time(0)) return;
  fail(op, name.text() + " must not be negative or NaN (got " + std::to_string(limit) + ")");
}

template <class Time>
void check_policies(const label& op, const resample_options<Time>& options) {
  check_limit(op, "options.max_gap", options.max_gap);
  check_limit(op, "options.tolerance", options.tolerance);
  check_limit(op, "options.snap", options.snap);
  require_enum(op, "options.before must be an end_policy", options.before, end_policy::by_kind);
  require_enum(op, "options.after must be an end_policy", options.after, end_policy::by_kind);
  require_enum(op, "options.nans must be a nan_policy", options.nans, nan_policy::skip);
}

/// Checks that source, times, targets and output go together.
template <class T, class Time, class Out>
void check_arrays(const label& name, const view<const T, 3>& source,
                  const view<const Time, 2>& times, const view<const Time, 2>& targets,
                  const view<Out, 3>& output, bool own_clock, std::int64_t per_channel) {
  check_view(name, "source", source);
  check_shape(name, "times", times, {source.extent(0), source.extent(1)},
              {"source.extent(0)", "source.extent(1)"}, false);
  if (!own_clock) check_view(name, "targets", targets);
  if (source.extent(2) > INT32_MAX) {
    fail(name,
         "source.extent(2) must be less than 2^31 (got " + std::to_string(source.extent(2)) + ")");
  }
  const std::int64_t channels =
      checked_product(name, "keep * source.extent(2)", per_channel, source.extent(2));
  const label of_source = per_channel == 1 ? "source.extent(2)" : "keep * source.extent(2)";
  check_shape(name, "output", output, {targets.extent(0), targets.extent(1), channels},
              {"targets.extent(0)", "targets.extent(1)", of_source});
}

/// Checks the items of a batch, padded or packed.
template <class T, class Time, class Out>
void check_batch(const label& name, const view<const T, 3>& source,
                 const view<const Time, 2>& targets, const resample_options<Time>& options,
                 resample_op<T, Time, Out>& op) {
  const ragged& samples = options.samples;
  const ragged& asked = options.targets;
  const std::int64_t items =
      is_given(asked.offsets) ? count_packed(name, target_names.offsets, asked) : targets.extent(0);
  const item_ranges own = check_ragged(name, sample_names, samples, items, source.extent(1));
  const item_ranges wanted = check_ragged(name, target_names, asked, items, targets.extent(1));
  op.items = items;
  op.lengths = own.lengths;
  op.offsets = own.offsets;
  op.target_lengths = wanted.lengths;
  op.target_offsets = wanted.offsets;
  if (own.packed()) {
    require_extent(name, "source", 0, source.extent(0), "1, since options.samples.offsets is given",
                   1);
  } else {
    require_extent(name, "source", 0, source.extent(0), "the number of items", items);
  }
  if (wanted.packed()) {
    require_extent(name, "targets", 0, targets.extent(0),
                   "1, since options.targets.offsets is given", 1);
  }
}

/// Checks the optional outputs.
template <class T, class Time, class Out>
void check_reports(const label& name, const resample_report<Time>& report,
                   resample_op<T, Time, Out>& op) {
  op.valid = check_report(name, "report.valid", report.valid, op.rows, op.columns);
  op.left = check_report(name, "report.left", report.left, op.rows, op.columns);
  op.weight = check_report(name, "report.weight", report.weight, op.rows, op.columns);
  op.age = check_report(name, "report.age", report.age, op.rows, op.columns);
  op.status =
      check_optional(name, "report.status", report.status, {op.items}, {"the number of items"});
}

/// Requires that no output shares memory with another array.
template <class T, class Time, class Out>
void check_apart(const label& name, const view<const T, 3>& source,
                 const view<const Time, 2>& times, const view<const Time, 2>& targets,
                 const view<Out, 3>& output, const resample_options<Time>& options,
                 const resample_report<Time>& report) {
  output_arrays outputs(name);
  outputs.add("output", output);
  outputs.add("report.valid", report.valid);
  outputs.add("report.left", report.left);
  outputs.add("report.weight", report.weight);
  outputs.add("report.age", report.age);
  outputs.add("report.status", report.status);
  outputs.avoid("source", source);
  outputs.avoid("times", times);
  outputs.avoid("targets", targets);
  outputs.avoid("options.sample_mask", options.sample_mask);
  outputs.avoid(sample_names.lengths, options.samples.lengths);
  outputs.avoid(sample_names.offsets, options.samples.offsets);
  outputs.avoid(target_names.lengths, options.targets.lengths);
  outputs.avoid(target_names.offsets, options.targets.offsets);
}

/// Checks the arguments and gathers them. `name` begins the messages; `per_channel` is how many
/// channels of the output each channel of the source has; `own_clock`: the targets, and that arrays
/// lie apart, are the caller's to check, and the targets may be null.
template <class T, class Time, class Out>
resample_op<T, Time, Out> make_resample_op(const label& name, const view<const T, 3>& source,
                                           const view<const Time, 2>& times,
                                           const view<const Time, 2>& targets,
                                           const view<Out, 3>& output,
                                           const resample_options<Time>& options,
                                           const resample_report<Time>& report,
                                           bool own_clock = false, std::int64_t per_channel = 1) {
  check_arrays(name, source, times, targets, output, own_clock, per_channel);
  check_policies(name, options);
  resample_op<T, Time, Out> op{};
  check_batch(name, source, targets, options, op);
  const auto& mask = options.sample_mask;
  op.mask = check_optional(name, "options.sample_mask", mask, {times.extent(0), times.extent(1)},
                           {"times.extent(0)", "times.extent(1)"}, false);
  op.mask_batch = mask.stride(0);
  op.source = pointers_to<T>::of(source.data_handle());
  op.source_batch = source.stride(0);
  op.source_row = source.stride(1);
  op.times = times.data_handle();
  op.times_batch = times.stride(0);
  op.targets = targets.data_handle();
  op.targets_batch = targets.stride(0);
  op.output = pointers_to<Out>::of(output.data_handle());
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
  op.nan_is_valid = options.nan_is_valid;
  op.snap = options.snap;
  op.is_simple = op.is_whole() && op.snap == Time(0) && op.samples <= INT32_MAX;
  op.check_stamps = options.check_stamps;
  op.fill = narrow<Out>(options.fill_value);
  check_reports(name, report, op);
  if (!own_clock) check_apart(name, source, times, targets, output, options, report);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
