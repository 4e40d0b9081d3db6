#include "common_clock.hpp"

#include "files/failure.hpp"

namespace robocache::cli {
namespace {

/// What one target takes in the result: values, its time, and validity, age and error of each
/// stream.
double target_bytes(const std::vector<fuse_source>& sources, element type) {
  const double columns = static_cast<double>(first_columns(sources).back());
  const double time = static_cast<double>(bytes_each(element::i64));
  return columns * static_cast<double>(bytes_each(type)) + time +
         static_cast<double>(sources.size()) * (1 + 2 * time);
}

/// The stamps that a clock runs between, on that clock, and how far the last one may be rounded.
template <class Time>
struct clock_ends {
  Time first{}, last{};
  double snap = 0;
};

template <class Time>
[[noreturn]] void refuse_gap(const clock_ends<Time>& ends, const fuse_source& latest,
                             const fuse_source& earliest) {
  array stamps = make_array(element_of<Time>(), {2});
  stamps.as<Time>()[0] = ends.first;
  stamps.as<Time>()[1] = ends.last;
  bad_input(latest.data.times_name + " begins at " + stamp_text(stamps, 0) + ", after " +
            earliest.data.times_name + " ends at " + stamp_text(stamps, 1) +
            ": expected streams that overlap in time (--span union spans them all)");
}

template <class Time>
clock_ends<Time> ends_of(const std::vector<fuse_source>& sources, const clock_rate& rate,
                         time_span span) {
  const fuse_source* latest = &sources.at(0);
  const fuse_source* earliest = latest;
  clock_ends<Time> ends;
  for (const fuse_source& s : sources) {
    const array& times = s.data.times;
    if (times.size() == 0) {
      bad_input(s.data.times_name + ": expected at least one stamp for --rate, got none");
    }
    const auto begin = on_common_clock(s, times.as<Time>()[0]);
    const auto end = on_common_clock(s, times.as<Time>()[times.size() - 1]);
    const bool all = span == time_span::all;
    if (&s == latest || (all ? begin < ends.first : begin > ends.first)) {
      latest = &s;
      ends.first = begin;
    }
    if (&s == earliest || (all ? end > ends.last : end < ends.last)) {
      earliest = &s;
      ends.last = end;
    }
  }
  if (ends.first > ends.last) refuse_gap(ends, *latest, *earliest);
  const std::optional<double>& snap = earliest->settings.sampling.snap;
  ends.snap = snap.has_value() ? *snap : default_snap(earliest->data, true, rate);
  return ends;
}

/// Target k as `fuse` computes it.
template <class Time>
Time regular_target(Time first, std::int64_t k, const clock_rate& rate) {
  if constexpr (std::is_integral_v<Time>) {
    return target_at(first, k, rate);
  } else {
    return std::fma(static_cast<double>(k), rate.period(), first);
  }
}

template <class Time>
target_clock common_clock_of(const std::vector<fuse_source>& sources, const clock_rate& wanted,
                             time_span span, element type) {
  const clock_ends<Time> ends = ends_of<Time>(sources, wanted, span);
  clock_rate rate = wanted;
  const auto at = [&](std::int64_t k) { return regular_target(ends.first, k, rate); };
  const auto count_of = [&] { return count_targets(ends.first, ends.last, ends.snap, rate, at); };
  std::int64_t count = count_of();
  check_targets(static_cast<double>(count), rate, target_bytes(sources, type));
  if constexpr (std::is_integral_v<Time>) {
    rate = fitting_rate(wanted, count + 1);
    count = count_of();
  }
  target_clock clock{make_array(element_of<Time>(), {count}), rate};
  for (std::int64_t k = 0; k < count; ++k) clock.times.as<Time>()[k] = at(k);
  return clock;
}

}  // namespace

double snap_of(const fuse_source& source, const std::optional<clock_rate>& rate) {
  const fuse_settings& s = source.settings;
  if (s.sampling.snap.has_value()) return *s.sampling.snap;
  return default_snap(source.data, s.reduce != reduction::none || selects(s.sampling.kinds), rate);
}

target_clock common_clock(const std::vector<fuse_source>& sources, const clock_rate& rate,
                          time_span span, element type) {
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

}  // namespace robocache::cli
