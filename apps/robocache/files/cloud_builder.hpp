/// \file
/// Clouds from rows of named columns.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "files/columns.hpp"
#include "files/failure.hpp"
#include "files/points.hpp"

namespace robocache::cli {

/// Makes a cloud of columns that each are an array of N numbers.
class cloud_builder {
 public:
  cloud_builder(const std::string& name, const std::vector<std::string>& columns) {
    cloud_.name = name;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string& column = columns[c];
      const bool is_position = column.size() == 1 && column[0] >= 'x' && column[0] <= 'z';
      if (is_position) {
        position_columns_[column[0] - 'x'] = c;
        ++positions_;
      } else {
        feature_columns_.push_back(c);
        cloud_.features.push_back(column);
        cloud_.columns.push_back(static_cast<int>(c));
      }
    }
    if (positions_ != 3) {
      bad_input(name + ": expected columns x, y and z, got " + list_of(columns));
    }
  }

  /// `value(row, column)` is a number as a double; positions keep `type`.
  template <class Value>
  point_cloud build(std::int64_t rows, element type, const Value& value) {
    const auto width = static_cast<std::int64_t>(feature_columns_.size());
    cloud_.positions = make_array(type, {rows, 3});
    cloud_.values = make_array(element::f32, {rows, width});
    auto* features = cloud_.values.as<float>();
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t axis = 0; axis < 3; ++axis) {
        set(row * 3 + axis, value(row, position_columns_[axis]));
      }
      for (const std::size_t c : feature_columns_) *features++ = static_cast<float>(value(row, c));
    }
    return std::move(cloud_);
  }

 private:
  void set(std::int64_t i, double value) {
    if (cloud_.positions.type == element::f64) {
      cloud_.positions.as<double>()[i] = value;
    } else {
      cloud_.positions.as<float>()[i] = static_cast<float>(value);
    }
  }

  point_cloud cloud_;
  std::size_t position_columns_[3] = {};
  int positions_ = 0;
  std::vector<std::size_t> feature_columns_;
};

}  // namespace robocache::cli
