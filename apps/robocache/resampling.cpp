#include "resampling.hpp"

#include <algorithm>
#include <cmath>

#include "device.hpp"
#include "files/failure.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// Calls `f` with a zero of the array's time type.
template <class F>
auto with_time_type(const array& times, const F& f) {
  if (times.type == element::i64) return f(std::int64_t{});
  if (times.type == element::f64) return f(double{});
  return f(float{});
}

template <class F>
auto with_value_type(const array& values, const F& f) {
  if (values.type == element::f64) return f(double{});
  if (values.type == element::f32) return f(float{});
  return f(f16{});
}

template <class Time>
clock_targets uniform_targets_of(const array& stamps, const std::vector<std::int64_t>& lengths,
                                 const std::string& name, const clock_rate& rate, double snap,
                                 double target_bytes) {
  const std::int64_t length = stamps.shape.back();
  const auto last_of = [&](std::int64_t b) {
    return (lengths.empty() ? length : lengths[static_cast<std::size_t>(b)]) - 1;
  };
  if (length == 0) bad_input(name + ": expected at least one stamp for --rate, got none");
  const bool batched = stamps.shape.size() == 2;
  const std::int64_t items = batched ? stamps.shape[0] : 1;
  const Time* times = stamps.as<Time>();
  clock_targets result;
  for (std::int64_t b = 0; b < items; ++b) {
    const Time* t = times + b * length;
    const auto at = [&](std::int64_t k) { return target_at(t[0], k, rate); };
    result.counts.push_back(count_targets(t[0], t[last_of(b)], snap, rate, at));
  }
  const std::int64_t columns =
      items == 0 ? 0 : *std::max_element(result.counts.begin(), result.counts.end());
  check_targets(static_cast<double>(items) * static_cast<double>(columns), rate, target_bytes);
  result.times = make_array(stamps.type, batched ? std::vector<std::int64_t>{items, columns}
                                                 : std::vector<std::int64_t>{columns});
  for (std::int64_t b = 0; b < items; ++b) {
    const Time* t = times + b * length;
    Time* out = result.times.as<Time>() + b * columns;
    const std::int64_t count = result.counts[static_cast<std::size_t>(b)];
    for (std::int64_t k = 0; k < columns; ++k) {
      const Time last = t[last_of(b)];
      out[k] = k < count ? std::min(target_at(t[0], k, rate), last) : last;
    }
  }
  if (!batched) result.counts.clear();
  return result;
}

template <class T, class Time>
void run_resample(const any_executor& executor, const stream& s, const clock_targets& targets,
                  const resample_settings& settings, resampled& result) {
  const std::int64_t items = s.items(), length = s.samples(), channels = s.channels();
  const std::int64_t columns = targets.times.shape.back();
  const std::int64_t time_stride = s.times.shape.size() == 2 ? length : 0;
  const std::int64_t target_stride = targets.times.shape.size() == 2 ? columns : 0;

  staging memory(executor);
  const T* values = memory.input(s.values.as<T>(), s.values.size());
  const Time* times = memory.input(s.times.as<Time>(), s.times.size());
  const Time* wanted = memory.input(targets.times.as<Time>(), targets.times.size());
  T* output = memory.output(result.values.as<T>(), result.values.size());
  auto* valid = memory.output(result.valid.as<std::uint8_t>(), result.valid.size());

  resample_options<Time> options = options_from<Time>(settings);
  if (!targets.counts.empty()) {
    const auto count = static_cast<std::int64_t>(targets.counts.size());
    options.targets.lengths = {memory.input(targets.counts.data(), count), {count}};
  }
  if (!s.lengths.empty()) {
    options.samples.lengths = {memory.input(s.lengths.data(), items), {items}};
  }
  resample_report<Time> report;
  report.valid = {valid, {items, columns}};

  memory.ready();
  const stopwatch watch;
  resample(executor, view<const T, 3>(values, {items, length, channels}),
           view<const Time, 2>(times, {items, length}, {time_stride, 1}),
           view<const Time, 2>(wanted, {items, columns}, {target_stride, 1}),
           view<T, 3>(output, {items, columns, channels}), options, report);
  memory.ready();
  result.seconds = watch.seconds();
  memory.finish();
}

}  // namespace

double seconds_after(const array& times, std::int64_t i, std::int64_t origin) {
  return with_time_type(times, [&](auto zero) {
    using Time = decltype(zero);
    const double distance = elapsed(times.as<Time>()[i], times.as<Time>()[origin]);
    return std::is_integral_v<Time> ? distance * 1e-9 : distance;
  });
}

bool needs_origin(const array& times) {
  if (times.size() == 0) return false;
  return times.type == element::i64 ||
         std::fabs(number_at(times, 0)) > 100 * seconds_after(times, times.size() - 1, 0);
}

clock_targets uniform_targets(const array& times, const std::vector<std::int64_t>& lengths,
                              const std::string& name, const clock_rate& rate, double snap,
                              double target_bytes) {
  return with_time_type(times, [&](auto zero) {
    return uniform_targets_of<decltype(zero)>(times, lengths, name, rate, snap, target_bytes);
  });
}

resampled resample_stream(const any_executor& executor, const stream& s,
                          const clock_targets& targets, const resample_settings& settings) {
  const std::int64_t columns = targets.times.shape.back();
  resampled result;
  std::vector<std::int64_t> shape = s.values.shape;
  shape[shape.size() == 3 ? 1 : 0] = columns;
  result.values = make_array(s.values.type, shape);
  result.valid =
      make_array(element::boolean, shape.size() == 3 ? std::vector<std::int64_t>{s.items(), columns}
                                                     : std::vector<std::int64_t>{columns});
  with_time_type(s.times, [&](auto time) {
    with_value_type(s.values, [&](auto value) {
      run_resample<decltype(value), decltype(time)>(executor, s, targets, settings, result);
    });
  });
  return result;
}

}  // namespace robocache::cli
