#include "drawing/ticks.hpp"

#include <algorithm>
#include <cmath>

#include "files/text.hpp"

namespace robocache::cli {

std::vector<double> axis_ticks(double low, double high, int about) {
  const double span = high - low;
  if (!(span > 0) || !std::isfinite(span)) return {low, high};
  const double raw = span / std::max(about, 2);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  const double slack = 1e-9 * span;
  const double first = std::ceil((low - slack) / step);
  const double last = std::floor((high + slack) / step);
  std::vector<double> ticks;
  for (double k = first; k <= last && ticks.size() < 64; k += 1) {
    ticks.push_back(k == 0 ? 0.0 : k * step);
  }
  if (ticks.size() < 2) return {low, high};
  return ticks;
}

std::string tick_text(double value, double step) {
  const double largest = std::fabs(value) + step;
  if (largest >= 1e6 || step < 1e-5) return format("%.6g", value);
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return format("%.*f", decimals, value);
}

}  // namespace robocache::cli
