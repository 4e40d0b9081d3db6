// Whether the rate of stamps can be true, and which unit would make it so.
#include <algorithm>
#include <cmath>

#include "files/text.hpp"
#include "resampling.hpp"
#include "terminal.hpp"

namespace robocache::cli {
namespace {

constexpr double lowest_rate = 1e-3, highest_rate = 1e6;  // Hz: beyond them nothing is sampled
constexpr double usual_lowest = 0.1, usual_highest = 5e3;
constexpr double century_begin = 946684800, century_end = 4102444800;  // 2000 to 2100
constexpr std::int64_t many_samples = 10;

/// Samples as their stamps were read.
struct reading {
  std::int64_t samples = 0;
  double span = 0;   // seconds
  double rate = 0;   // Hz; 0: none to speak of
  double begin = 0;  // seconds since the origin of the stamps
};

reading reading_of(const stream& s, std::int64_t item) {
  const std::int64_t first = item * s.samples(), count = s.samples_of(item);
  reading r;
  r.samples = count;
  if (count == 0) return r;
  const double first_stamp = number_at(s.times, first);
  r.begin = s.times.type == element::i64 ? first_stamp * 1e-9 : first_stamp;
  r.span = seconds_after(s.times, first + count - 1, first);
  if (r.span > 0) r.rate = static_cast<double>(count - 1) / r.span;
  // Few samples with a long gap are slow on average only.
  if (r.rate > 0 && r.rate < usual_lowest) r.rate = 1 / median_step(s.times, first, count);
  return r;
}

bool is_usual(double rate) { return rate >= usual_lowest && rate < usual_highest; }

bool is_date(double seconds) { return seconds >= century_begin && seconds < century_end; }

/// The unit that makes the stamps dates of this century, or their rate the nearest to 100 Hz, at a
/// usual rate; none where there is no such unit.
std::optional<time_unit> better_unit(const reading& r, time_unit as) {
  std::optional<time_unit> best;
  double best_distance = INFINITY;
  for (const time_unit unit : {time_unit::s, time_unit::ms, time_unit::us, time_unit::ns}) {
    const double scale = seconds_of(unit) / seconds_of(as), rate = r.rate / scale;
    if (unit == as || !is_usual(rate)) continue;
    const double distance = is_date(r.begin * scale) ? -1 : std::fabs(std::log(rate / 100));
    if (distance < best_distance) {
      best = unit;
      best_distance = distance;
    }
  }
  return best;
}

/// Whether another unit would make dates at a usual rate of stamps that are none now, and either
/// lie beyond the century or have an unusual rate.
bool is_misread_date(const reading& r, time_unit as) {
  const bool is_possible = is_usual(r.rate) && r.begin < century_end;
  if (is_possible || is_date(r.begin)) return false;
  const std::optional<time_unit> unit = better_unit(r, as);
  return unit.has_value() && is_date(r.begin * seconds_of(*unit) / seconds_of(as));
}

std::string read_text(const stream& s) {
  if (!s.times_unit.has_value()) return s.times_type;
  return s.times_type + " read as " + name_of(*s.times_unit);
}

std::string advice(const stream& s, const reading& r, const std::string& option) {
  if (!s.times_unit.has_value()) return "";
  const std::optional<time_unit> unit = better_unit(r, *s.times_unit);
  if (!unit.has_value()) return "; " + option + "s|ms|us|ns sets another unit";
  const double rate = r.rate * seconds_of(*s.times_unit) / seconds_of(*unit);
  return "; " + option + name_of(*unit) + format(" would make it %.4g Hz", rate);
}

}  // namespace

void warn_of_coarse_stamps(const stream& s) {
  if (s.times.type != element::f32 || s.times.size() == 0) return;
  const auto last = static_cast<double>(s.times.as<float>()[s.times.size() - 1]);
  const double resolution = step_after(std::fabs(last), element::f32);
  if (resolution > 1e-3) {
    complain("warning: " + s.times_name + ": float32 stamps near " +
             stamp_text(s.times, s.times.size() - 1) +
             format(" s are %g s apart at best; store int64 nanoseconds or float64", resolution));
  }
}

bool warn_of_absurd_rate(const stream& s, bool is_one_target, const std::string& option) {
  const std::int64_t clocks = s.times.shape.size() == 2 ? s.items() : 1;
  for (std::int64_t item = 0; item < clocks; ++item) {
    const reading r = reading_of(s, item);
    const bool is_absurd = r.rate > 0 && (r.rate < lowest_rate || r.rate > highest_rate);
    const bool is_misread = s.times_unit.has_value() && is_misread_date(r, *s.times_unit);
    const bool is_one = is_one_target && r.samples >= many_samples;
    if (!is_absurd && !is_misread && !is_one) continue;
    complain("warning: " + s.times_name + ": " + read_text(s) +
             format(" gives %lld samples in %.4g s, %.4g Hz", static_cast<long long>(r.samples),
                    r.span, r.rate) +
             (is_one ? ", for which --rate makes one target" : "") + advice(s, r, option));
    return true;
  }
  return false;
}

}  // namespace robocache::cli
