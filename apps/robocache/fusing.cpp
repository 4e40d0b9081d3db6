#include "fusing.hpp"

#include <algorithm>
#include <cmath>

#include "common_clock.hpp"
#include "device.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "narrowing.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

/// Calls `f` with a zero of the type, flags being bytes.
template <class F>
void with_value_type(element type, const F& f) {
  visit(type == element::boolean ? element::u8 : type, all_elements{},
        [&](auto tag) { f(typename decltype(tag)::type{}); });
}

/// Calls `f` with a zero of a type that results may have.
template <class F>
void with_result_type(element type, const F& f) {
  if (type == element::f16) return f(f16{});
  if (type == element::f64) return f(double{});
  f(float{});
}

/// The rate's clock as the library has it: a step of `steps_per` targets.
template <class Time>
fuse_clock<Time> regular_clock(const array& times, const clock_rate& rate) {
  const std::int64_t count = times.size();
  const Time first = count > 0 ? times.as<Time>()[0] : Time{};
  if constexpr (std::is_integral_v<Time>) {
    const nanosecond_step step = step_of(rate);
    return {first, step.nanoseconds, 1, count, step.targets};
  } else {
    return {first, static_cast<Time>(rate.seconds), 1, count, rate.targets};
  }
}

/// The window in the stamps' unit; of one period just as the library has its step.
template <class Time>
Time window_of(const fuse_settings& settings, const std::optional<clock_rate>& rate) {
  const double period = rate.has_value() ? rate->period() : 0;
  if (!(std::fabs(settings.window - period) <= 1e-6 * period)) {
    return limit_from<Time>(settings.window);
  }
  if constexpr (std::is_integral_v<Time>) {
    return std::max<Time>(nanoseconds_of(1, *rate), 1);
  } else {
    return period;
  }
}

template <class Time>
fuse_stream<Time> lend(staging& memory, const fuse_source& source,
                       const std::optional<clock_rate>& rate) {
  const stream& data = source.data;
  const fuse_settings& settings = source.settings;
  const view<const Time, 2> times(memory.input(data.times.as<Time>(), data.samples()),
                                  {1, data.samples()});
  fuse_stream<Time> result;
  with_value_type(data.values.type, [&](auto zero) {
    using T = decltype(zero);
    const T* values = memory.input(data.values.as<T>(), data.values.size());
    result = {view<const T, 3>(values, {1, data.samples(), data.channels()}), times};
  });
  result.options = options_from<Time>(settings.sampling);
  result.options.snap = limit_from<Time>(snap_of(source, rate));
  result.reduce = settings.reduce;
  result.keep = settings.keep;
  result.window = window_of<Time>(settings, rate);
  result.clock_offset = shifted(Time{}, settings.offset);
  result.clock_drift = settings.drift;
  result.clock_anchor = anchor_of<Time>(source);
  return result;
}

template <class Time>
fuse_clock<Time> clock_for(staging& memory, const target_clock& clock) {
  if (clock.rate.has_value()) return regular_clock<Time>(clock.times, *clock.rate);
  const std::int64_t targets = clock.times.size();
  return view<const Time, 2>(memory.input(clock.times.as<Time>(), targets), {1, targets});
}

template <class Time, class Out>
void run_fuse(const any_executor& executor, const std::vector<fuse_source>& sources,
              const target_clock& clock, fused& result) {
  const std::int64_t targets = clock.times.size();
  const auto count = static_cast<std::int64_t>(sources.size());
  staging memory(executor);
  std::vector<fuse_stream<Time>> streams;
  streams.reserve(sources.size());
  for (const fuse_source& source : sources) {
    streams.push_back(lend<Time>(memory, source, clock.rate));
  }
  const fuse_clock<Time> at = clock_for<Time>(memory, clock);
  const view<Out, 3> output(memory.output(result.values.as<Out>(), result.values.size()),
                            {1, targets, result.values.shape[1]});
  const auto of_streams = [&](auto* host) {
    using T = std::remove_pointer_t<decltype(host)>;
    return view<T, 3>(memory.output(host, targets * count), {1, targets, count});
  };
  fuse_report<Time> report;
  report.valid = of_streams(result.valid.as<std::uint8_t>());
  report.age = of_streams(result.age.as<Time>());
  report.error = of_streams(result.error.as<Time>());

  memory.ready();
  const stopwatch watch;
  fuse(executor, streams, at, output, report);
  memory.ready();
  result.seconds = watch.seconds();
  memory.finish();
}

/// Infinities that a narrow result has of finite samples become NaN, and are no valid answers.
void mark_overflows(const std::vector<fuse_source>& sources, fused& result) {
  const std::vector<std::int64_t> first = first_columns(sources);
  const auto count = static_cast<std::int64_t>(sources.size());
  for (std::int64_t n = 0; n < count; ++n) {
    const auto at = static_cast<std::size_t>(n);
    if (!overflows(result.values.type, sources[at].data.values)) continue;
    for (std::int64_t k = 0; k < result.values.shape[0]; ++k) {
      for (std::int64_t c = first[at]; c < first[at + 1]; ++c) {
        if (!mark_infinite(result.values, k * first.back() + c)) continue;
        result.valid.as<std::uint8_t>()[k * count + n] = 0;
      }
    }
  }
}

std::string rate_of(const array& times) {
  const double step = median_step(times, 0, times.size());
  return step > 0 ? format("%.4g Hz", 1 / step) : "";
}

std::string share_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "";
  return format("%.1f %%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

fused fuse_sources(const any_executor& executor, const std::vector<fuse_source>& sources,
                   const target_clock& clock, element type) {
  const std::int64_t targets = clock.times.size();
  const auto count = static_cast<std::int64_t>(sources.size());
  fused result;
  result.values = make_array(type, {targets, first_columns(sources).back()});
  result.valid = make_array(element::boolean, {targets, count});
  result.age = make_array(clock.times.type, {targets, count});
  result.error = make_array(clock.times.type, {targets, count});
  with_time_type(clock.times.type, [&](auto time) {
    using Time = decltype(time);
    with_result_type(type, [&](auto value) {
      run_fuse<Time, decltype(value)>(executor, sources, clock, result);
    });
  });
  mark_overflows(sources, result);
  return result;
}

void write_fused(const std::string& path, const array& clock, const fused& result,
                 const named_array& more) {
  progress_bar bar("writing " + path);
  std::vector<named_array> arrays{{"values", &result.values},
                                  {"times", &clock},
                                  {"valid", &result.valid},
                                  {"age", &result.age},
                                  {"error", &result.error}};
  if (!more.name.empty()) arrays.push_back(more);
  write_npz(path, arrays, bar.hook());
}

std::vector<std::int64_t> first_columns(const std::vector<fuse_source>& sources) {
  std::vector<std::int64_t> first(1, 0);
  for (const fuse_source& s : sources) first.push_back(first.back() + s.channels());
  return first;
}

std::string table_of(const std::vector<fuse_source>& sources, const fused& result) {
  std::vector<std::vector<std::string>> rows{
      {"stream", "columns", "kind", "samples", "rate", "valid"}};
  const std::vector<std::int64_t> first = first_columns(sources);
  const auto count = static_cast<std::int64_t>(sources.size());
  const std::int64_t targets = result.valid.shape[0];
  for (std::size_t n = 0; n < sources.size(); ++n) {
    std::int64_t valid = 0;
    for (std::int64_t k = 0; k < targets; ++k) {
      valid += result.valid.as<std::uint8_t>()[k * count + static_cast<std::int64_t>(n)];
    }
    const std::int64_t last = first[n + 1] - 1;
    std::string columns = std::to_string(first[n]);
    if (last > first[n]) columns += ".." + std::to_string(last);
    const stream& data = sources[n].data;
    rows.push_back({sources[n].name, columns, sources[n].kind, std::to_string(data.samples()),
                    rate_of(data.times), share_of(valid, targets)});
  }
  return table(rows);
}

}  // namespace robocache::cli
