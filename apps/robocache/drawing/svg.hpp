/// \file
/// Figures of recordings as SVG: raw samples as dots, the resampled curve on top.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace robocache::cli {

struct point {
  double x, y;
};

/// One channel. Points that are not finite (or beyond 1e300) are left out and interrupt the curve.
struct panel {
  std::string title;
  std::vector<point> samples;                   ///< drawn as dots
  std::vector<point> curve;                     ///< drawn as a line
  bool steps = false;                           ///< the curve keeps its value until the next point
  std::vector<std::pair<double, double>> gaps;  ///< shaded spans of x
  std::vector<double> stamps;  ///< drawn as ticks on top, above those of the curve's points
  std::int64_t out_of = 0;     ///< channels that there are; a figure of fewer panels says so
};

struct figure {
  std::string title;
  std::string subtitle;
  std::string x_label;
  std::string samples_label = "samples";
  std::string curve_label = "resampled";
  std::string gaps_label = "no answer, or NaN";
  std::vector<panel> panels;
  int across = 0;  ///< panels side by side; 0: one up to three panels, else two
};

/// The points that still matter at `columns` pixels: of each pixel the first, lowest, highest and
/// last finite one, and one not-finite point for each interruption.
std::vector<point> decimated(const std::vector<point>& points, double low, double high,
                             int columns);

/// The figure as an SVG document, below 500 kB however long the recording is.
std::string draw(const figure& f);

}  // namespace robocache::cli
