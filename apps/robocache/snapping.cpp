// When a target and a stamp are one time that was rounded twice.
#include <algorithm>
#include <cmath>

#include "resampling.hpp"

namespace robocache::cli {
namespace {

/// What the type of the stamps alone may put between them, in seconds.
double rounding_of(const array& times) {
  if (times.type == element::i64) return 1e-9;
  if (times.size() == 0) return 0;
  const double first = std::fabs(number_at(times, 0));
  const double last = std::fabs(number_at(times, times.size() - 1));
  return 2 * step_after(std::max(first, last), times.type);
}

}  // namespace

double median_step(const array& times, std::int64_t first, std::int64_t count) {
  std::vector<double> steps;
  for (std::int64_t i = first + 1; i < first + count; ++i) {
    const double step = seconds_after(times, i, i - 1);
    if (step > 0) steps.push_back(step);
  }
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

bool selects(const std::vector<channel_group>& kinds) {
  return std::any_of(kinds.begin(), kinds.end(), [](const channel_group& group) {
    return group.kind == interpolation::previous || group.kind == interpolation::next ||
           group.kind == interpolation::nearest;
  });
}

double default_snap(const stream& s, bool selects, const std::optional<clock_rate>& rate) {
  double shorter = rate.has_value() ? rate->period() : INFINITY;
  const std::int64_t clocks = s.times.shape.size() == 2 ? s.items() : 1;
  for (std::int64_t item = 0; item < clocks; ++item) {
    const double step = median_step(s.times, item * s.samples(), s.samples_of(item));
    if (step > 0) shorter = std::min(shorter, step);
  }
  const double rounding = rounding_of(s.times);
  if (!selects || !rate.has_value()) return std::min(rounding, shorter / 10);
  return std::max(shorter / 1000, std::min(std::max(rounding, s.resolution), shorter / 10));
}

}  // namespace robocache::cli
