#include "fusing.hpp"

#include <algorithm>
#include <cmath>

#include "device.hpp"
#include "files/failure.hpp"
#include "files/npz.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

template <class F>
auto with_time_type(element type, const F& f) {
  return type == element::i64 ? f(std::int64_t{}) : f(double{});
}

template <class F>
auto with_value_type(element type, const F& f) {
  if (type == element::f32) return f(float{});
  if (type == element::f16) return f(f16{});
  return f(std::uint8_t{});
}

/// `time + seconds` in the stamps' unit, saturating.
template <class Time>
Time shifted(Time time, double seconds) {
  if constexpr (std::is_integral_v<Time>) {
    const Time shift = std::llround(std::clamp(seconds * 1e9, -0x1p62, 0x1p62));
    Time sum = 0;
    if (__builtin_add_overflow(time, shift, &sum)) return shift < 0 ? INT64_MIN : INT64_MAX;
    return sum;
  } else {
    return time + seconds;
  }
}

/// What the common clock reads at a stream's first stamp.
template <class Time>
Time anchor_of(const fuse_source& source) {
  const array& times = source.data.times;
  return times.size() == 0 ? Time{} : shifted(times.as<Time>()[0], -source.settings.offset);
}

template <class Time>
Time on_common_clock(const fuse_source& source, Time stamp) {
  const fuse_settings& s = source.settings;
  if (s.drift == 0) return shifted(stamp, -s.offset);
  constexpr double unit = std::is_integral_v<Time> ? 1e-9 : 1.0;
  const double since_first = elapsed(stamp, source.data.times.as<Time>()[0]) * unit;
  return shifted(anchor_of<Time>(source), since_first / (1 + s.drift));
}

/// What one target takes in the result: values, its time, and validity, age and error of each
/// stream.
double target_bytes(const std::vector<fuse_source>& sources, element type) {
  const double columns = static_cast<double>(first_columns(sources).back());
  const double time = static_cast<double>(bytes_each(element::i64));
  return columns * static_cast<double>(bytes_each(type)) + time +
         static_cast<double>(sources.size()) * (1 + 2 * time);
}

template <class Time>
array common_clock_of(const std::vector<fuse_source>& sources, double rate, time_span span,
                      element type) {
  const fuse_source* latest = nullptr;
  const fuse_source* earliest = nullptr;
  Time first{}, last{};
  for (const fuse_source& s : sources) {
    const array& times = s.data.times;
    if (times.size() == 0) {
      bad_input(s.data.times_name + ": expected at least one stamp for --rate, got none");
    }
    const auto begin = on_common_clock(s, times.as<Time>()[0]);
    const auto end = on_common_clock(s, times.as<Time>()[times.size() - 1]);
    const bool all = span == time_span::all;
    if (latest == nullptr || (all ? begin < first : begin > first)) {
      latest = &s;
      first = begin;
    }
    if (earliest == nullptr || (all ? end > last : end < last)) {
      earliest = &s;
      last = end;
    }
  }
  if (first > last) {
    bad_input(latest->data.times_name + " begins after " + earliest->data.times_name +
              " ends: expected streams that overlap in time (--span union spans them all)");
  }
  array ends = make_array(element_of<Time>(), {2});
  ends.as<Time>()[0] = first;
  ends.as<Time>()[1] = last;
  return uniform_targets(ends, {}, "the common clock", rate, target_bytes(sources, type)).times;
}

template <class Time>
fuse_stream<Time> lend(staging& memory, const fuse_source& source) {
  const stream& data = source.data;
  const fuse_settings& settings = source.settings;
  const view<const Time, 2> times(memory.input(data.times.as<Time>(), data.samples()),
                                  {1, data.samples()});
  return with_value_type(data.values.type, [&](auto zero) {
    using T = decltype(zero);
    fuse_stream<Time> result(view<const T, 3>(memory.input(data.values.as<T>(), data.values.size()),
                                              {1, data.samples(), data.channels()}),
                             times);
    result.options = options_from<Time>(settings.sampling);
    result.reduce = settings.reduce;
    result.keep = settings.keep;
    result.window = limit_from<Time>(settings.window);
    result.clock_offset = shifted(Time{}, settings.offset);
    result.clock_drift = settings.drift;
    result.clock_anchor = anchor_of<Time>(source);
    return result;
  });
}

template <class Time, class Out>
void run_fuse(const any_executor& executor, const std::vector<fuse_source>& sources,
              const array& clock, fused& result) {
  const std::int64_t targets = clock.size();
  const auto count = static_cast<std::int64_t>(sources.size());
  staging memory(executor);
  std::vector<fuse_stream<Time>> streams;
  for (const fuse_source& source : sources) streams.push_back(lend<Time>(memory, source));
  const fuse_clock<Time> at(
      view<const Time, 2>(memory.input(clock.as<Time>(), targets), {1, targets}));
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

/// One over the median step, which drop-outs do not change; empty where there is none.
std::string rate_of(const array& times) {
  std::vector<double> steps;
  for (std::int64_t i = 1; i < times.size(); ++i) steps.push_back(seconds_after(times, i, i - 1));
  if (steps.empty()) return "";
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle > 0 ? format("%.4g Hz", 1 / *middle) : "";
}

std::string share_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "";
  return format("%.1f %%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

array common_clock(const std::vector<fuse_source>& sources, double rate, time_span span,
                   element type) {
  return with_time_type(sources.at(0).data.times.type, [&](auto zero) {
    return common_clock_of<decltype(zero)>(sources, rate, span, type);
  });
}

array on_common_clock(const fuse_source& source) {
  array times = source.data.times;
  with_time_type(times.type, [&](auto zero) {
    using Time = decltype(zero);
    for (std::int64_t i = 0; i < times.size(); ++i) {
      times.as<Time>()[i] = on_common_clock(source, source.data.times.as<Time>()[i]);
    }
  });
  return times;
}

fused fuse_sources(const any_executor& executor, const std::vector<fuse_source>& sources,
                   const array& clock, element type) {
  const std::int64_t targets = clock.size();
  const auto count = static_cast<std::int64_t>(sources.size());
  fused result;
  result.values = make_array(type, {targets, first_columns(sources).back()});
  result.valid = make_array(element::boolean, {targets, count});
  result.age = make_array(clock.type, {targets, count});
  result.error = make_array(clock.type, {targets, count});
  with_time_type(clock.type, [&](auto time) {
    using Time = decltype(time);
    if (type == element::f32) {
      run_fuse<Time, float>(executor, sources, clock, result);
    } else {
      run_fuse<Time, f16>(executor, sources, clock, result);
    }
  });
  return result;
}

void write_fused(const std::string& path, const array& clock, const fused& result) {
  progress_bar bar("writing " + path);
  write_npz(path,
            {{"values", &result.values},
             {"times", &clock},
             {"valid", &result.valid},
             {"age", &result.age},
             {"error", &result.error}},
            bar.hook());
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
