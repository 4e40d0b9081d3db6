/// \file
/// Where the ticks of an axis stand, and what they say.
#pragma once

#include <string>
#include <vector>

namespace robocache::cli {

/// About `about` multiples of 1, 2 or 5 times a power of ten within [low, high]; at least two.
std::vector<double> axis_ticks(double low, double high, int about);

/// A tick with as many decimals as its step needs.
std::string tick_text(double value, double step);

}  // namespace robocache::cli
