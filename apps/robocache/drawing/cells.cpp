#include "drawing/cells.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace robocache::cli {
namespace {

/// Indices along an axis, both included.
struct index_range {
  std::int64_t low, high;
};

/// What is drawn along an axis.
index_range range_drawn(const voxel_cells& cells, int axis) {
  std::vector<std::int32_t> indices;
  for (std::int64_t i = 0; i < cells.size(); ++i) indices.push_back(cells.index(i, axis));
  const std::size_t left_out = indices.size() / 200;
  const auto nth = [&](std::size_t n) {
    std::nth_element(indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(n),
                     indices.end());
    return std::int64_t{indices[n]};
  };
  const index_range all{nth(0), nth(indices.size() - 1)};
  const index_range core{nth(left_out), nth(indices.size() - 1 - left_out)};
  const std::int64_t air = (core.high - core.low + 1) / 4 + 1;
  const bool is_wide = all.high - all.low > 2 * (core.high - core.low + 2 * air);
  return is_wide ? index_range{core.low - air, core.high + air} : all;
}

/// The cells of these numbers.
voxel_cells chosen(const voxel_cells& cells, const std::vector<std::int64_t>& numbers) {
  voxel_cells result = cells;
  result.coordinates.clear();
  result.counts.clear();
  result.values.clear();
  for (const std::int64_t i : numbers) {
    const auto zyx = cells.coordinates.begin() + 3 * i;
    result.coordinates.insert(result.coordinates.end(), zyx, zyx + 3);
    if (!cells.counts.empty()) result.counts.push_back(cells.counts[static_cast<std::size_t>(i)]);
    const auto values = cells.values.begin() + i * cells.channels;
    result.values.insert(result.values.end(), values, values + cells.channels);
  }
  return result;
}

}  // namespace

voxel_cells columns_of(const voxel_cells& cells, bool keep_highest) {
  struct column {
    std::int32_t top = 0;
    std::int64_t count = 0;
    double weight = 0;
    std::vector<double> values;
  };
  std::map<std::pair<std::int32_t, std::int32_t>, column> columns;
  const auto channels = static_cast<std::size_t>(cells.channels);
  for (std::int64_t cell = 0; cell < cells.size(); ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    column& c = columns[{cells.index(cell, 1), cells.index(cell, 0)}];
    const bool is_first = c.weight == 0;
    const std::int32_t count = cells.counts.empty() ? 1 : cells.counts[i];
    c.top = is_first ? cells.index(cell, 2) : std::max(c.top, cells.index(cell, 2));
    c.count += count;
    c.weight += count;
    c.values.resize(channels);
    for (std::size_t k = 0; k < channels; ++k) {
      const auto value = static_cast<double>(cells.values[i * channels + k]);
      if (!keep_highest) {
        c.values[k] += value * count;
      } else if (is_first || value > c.values[k]) {
        c.values[k] = value;
      }
    }
  }
  voxel_cells result = cells;
  result.coordinates.clear();
  result.counts.clear();
  result.values.clear();
  for (const auto& [place, c] : columns) {
    result.coordinates.insert(result.coordinates.end(), {c.top, place.first, place.second});
    if (!cells.counts.empty()) {
      result.counts.push_back(static_cast<std::int32_t>(
          std::min<std::int64_t>(c.count, std::numeric_limits<std::int32_t>::max())));
    }
    for (const double v : c.values) {
      result.values.push_back(static_cast<float>(keep_highest ? v : v / c.weight));
    }
  }
  return result;
}

voxel_cells without_outliers(const voxel_cells& cells) {
  if (cells.size() == 0) return cells;
  const index_range ranges[] = {range_drawn(cells, 0), range_drawn(cells, 1),
                                range_drawn(cells, 2)};
  std::vector<std::int64_t> kept;
  for (std::int64_t i = 0; i < cells.size(); ++i) {
    const auto is_drawn = [&](int axis) {
      const std::int64_t index = cells.index(i, axis);
      return index >= ranges[axis].low && index <= ranges[axis].high;
    };
    if (is_drawn(0) && is_drawn(1) && is_drawn(2)) kept.push_back(i);
  }
  return static_cast<std::int64_t>(kept.size()) == cells.size() ? cells : chosen(cells, kept);
}

}  // namespace robocache::cli
