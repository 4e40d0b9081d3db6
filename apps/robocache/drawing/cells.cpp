#include "drawing/cells.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace robocache::cli {

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

}  // namespace robocache::cli
