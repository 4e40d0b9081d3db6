// Dense arrays [batch, rows, channels] laid out with strides among guard elements.
#pragma once

#include <robocache/core/view.hpp>

#include "floats.hpp"

namespace test {

struct arrangement {
  std::int64_t padding = 0;     // elements after each row
  std::int64_t misaligned = 0;  // elements before the first row
  bool reversed_rows = false;   // a negative row stride
  bool reversed_batch = false;  // a negative batch stride
  bool row_major = true;        // false: rows of all items interleave, [rows, batch, channels]
};

inline constexpr arrangement all_arrangements[] = {
    {0, 0, false, false, true},  {0, 1, false, false, true}, {0, 3, false, false, true},
    {1, 0, false, false, true},  {5, 2, false, false, true}, {16, 0, false, false, true},
    {0, 0, true, false, true},   {3, 1, true, true, true},   {0, 0, false, true, true},
    {0, 0, false, false, false}, {2, 1, true, false, false},
};

template <class T>
class laid_out {
 public:
  laid_out(std::int64_t batch, std::int64_t rows, std::int64_t channels, const arrangement& how)
      : batch_(batch), rows_(rows), channels_(channels) {
    const std::int64_t step = channels + how.padding;
    row_stride_ = how.row_major ? step : step * batch;
    batch_stride_ = how.row_major ? step * rows : step;
    origin_ = how.misaligned;
    if (how.reversed_rows) {
      origin_ += row_stride_ * std::max<std::int64_t>(rows - 1, 0);
      row_stride_ = -row_stride_;
    }
    if (how.reversed_batch) {
      origin_ += batch_stride_ * std::max<std::int64_t>(batch - 1, 0);
      batch_stride_ = -batch_stride_;
    }
    memory.resize(static_cast<std::size_t>(how.misaligned + step * batch * rows + 4));
    std::memset(memory.data(), 0xA5, memory.size() * sizeof(T));
  }

  laid_out(const std::vector<T>& dense, std::int64_t batch, std::int64_t rows,
           std::int64_t channels, const arrangement& how)
      : laid_out(batch, rows, channels, how) {
    auto from = dense.begin();
    for (std::int64_t b = 0; b < batch; ++b) {
      for (std::int64_t r = 0; r < rows; ++r) {
        std::copy(from, from + channels,
                  memory.begin() + origin_ + b * batch_stride_ + r * row_stride_);
        from += channels;
      }
    }
  }

  /// The array, where the memory lies at `data`.
  template <class U>
  [[nodiscard]] robocache::view<U, 3> cube(U* data) const {
    return {data + origin_, {batch_, rows_, channels_}, {batch_stride_, row_stride_, 1}};
  }
  /// The same with one row per item.
  template <class U>
  [[nodiscard]] robocache::view<U, 2> table(U* data) const {
    return {data + origin_, {batch_, channels_}, {batch_stride_, 1}};
  }

  std::vector<T> memory;  // guard elements hold 0xA5 bytes

 private:
  std::int64_t batch_, rows_, channels_;
  std::int64_t origin_, batch_stride_, row_stride_;
};

}  // namespace test
