// Which bytes the elements of an array are: to refuse outputs that share memory with other arrays.
#pragma once

#include <robocache/core/error.hpp>
#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// The bytes of an array as runs that repeat at steps, the widest step first.
class footprint {
 public:
  footprint() = default;

  template <class V, int Rank>
  explicit footprint(const view<V, Rank>& v) {
    static_assert(Rank <= most_levels, "robocache: views have at most 5 extents");
    std::int64_t extents[Rank], strides[Rank];
    for (int r = 0; r < Rank; ++r) {
      extents[r] = v.extent(r);
      strides[r] = v.stride(r);
    }
    lay_out(v.data_handle(), sizeof(V), extents, strides, Rank);
  }
  /// `rank`, at most `most_levels`, extents and strides of elements of so many bytes.
  footprint(const void* data, std::int64_t size, const std::int64_t* extents,
            const std::int64_t* strides, int rank) {
    lay_out(data, size, extents, strides, rank);
  }

  /// Whether the two have a byte in common. Where many repetitions of one would have to be held
  /// against one of the other it is taken for granted.
  [[nodiscard]] bool meets(const footprint& other) const {
    constexpr std::int64_t most = std::int64_t{1} << 61;  // no memory is so large
    if (run_ == 0 || other.run_ == 0 || span(0) > most || other.span(0) > most) return false;
    return meets(0, other, 0, static_cast<std::int64_t>(other.begin_ - begin_));
  }

 private:
  static constexpr int most_levels = 5;

  struct repetition {
    std::int64_t count = 0, step = 0;
  };

  void lay_out(const void* data, std::int64_t size, const std::int64_t* extents,
               const std::int64_t* strides, int rank) {
    begin_ = reinterpret_cast<std::uintptr_t>(data);
    run_ = data == nullptr ? 0 : size;
    for (int r = 0; r < rank; ++r) {
      if (extents[r] == 0) run_ = 0;
      if (extents[r] < 2 || strides[r] == 0) continue;
      const std::int64_t step = strides[r] * size;
      if (step < 0) begin_ += static_cast<std::uintptr_t>((extents[r] - 1) * step);
      int at = depth_++;
      for (; at > 0 && levels_[at - 1].step < (step < 0 ? -step : step); --at) {
        levels_[at] = levels_[at - 1];
      }
      levels_[at] = {extents[r], step < 0 ? -step : step};
    }
    for (; depth_ > 0 && levels_[depth_ - 1].step <= run_; --depth_) {
      run_ += (levels_[depth_ - 1].count - 1) * levels_[depth_ - 1].step;
    }
  }

  /// Bytes from the first to the last of what repeats at a level.
  [[nodiscard]] std::int64_t span(int level) const {
    std::int64_t bytes = run_;
    for (int l = level; l < depth_; ++l) bytes += (levels_[l].count - 1) * levels_[l].step;
    return bytes;
  }

  /// Whether an item of a level of this one meets one of the other that begins so far `apart`.
  [[nodiscard]] bool meets(int level, const footprint& other, int other_level,
                           std::int64_t apart) const {
    if (apart >= span(level) || -apart >= other.span(other_level)) return false;
    if (level == depth_ && other_level == other.depth_) return true;
    const std::int64_t own = level < depth_ ? levels_[level].step : 0;
    const std::int64_t theirs = other_level < other.depth_ ? other.levels_[other_level].step : 0;
    const std::int64_t step = own > theirs ? own : theirs;
    // Item i of this one and j of the other are apart + (j - i) * step apart.
    std::int64_t low = 0, high = 0;
    int next = level, other_next = other_level;
    if (own == step) low = 1 - levels_[next++].count;
    if (theirs == step) high = other.levels_[other_next++].count - 1;
    const std::int64_t first = -((apart + other.span(other_next) - 1) / step);
    const std::int64_t last = (span(next) - 1 - apart) / step;
    return any_meets(next, other, other_next, apart, step, first > low ? first : low,
                     last < high ? last : high);
  }

  [[nodiscard]] bool any_meets(int level, const footprint& other, int other_level,
                               std::int64_t apart, std::int64_t step, std::int64_t first,
                               std::int64_t last) const {
    constexpr std::int64_t many = 8;
    if (last - first >= many) return true;
    for (std::int64_t d = first; d <= last; ++d) {
      if (meets(level, other, other_level, apart + d * step)) return true;
    }
    return false;
  }

  std::uintptr_t begin_ = 0;
  std::int64_t run_ = 0;  // bytes in a row; 0: there are none
  int depth_ = 0;
  repetition levels_[most_levels];
};

/// Requires that two arrays, one of them an output, have no byte in common; the rows of one may lie
/// between those of the other.
inline void require_apart(const label& op, const label& name, const footprint& at,
                          const label& other, const footprint& other_at) {
  if (!at.meets(other_at)) return;
  fail(op, name.text() + " and " + other.text() + " must not overlap");
}

/// The outputs of a call: none may share memory with another, nor with an input. Beyond the first
/// ones they are held against those alone.
class output_arrays {
 public:
  static constexpr int capacity = 20;

  explicit output_arrays(const label& op) : op_(op) {}

  template <class V, int Rank>
  void add(const label& name, const view<V, Rank>& v) {
    if (v.data_handle() == nullptr) return;
    const footprint at(v);
    add(name, at);
  }
  void add(const label& name, const footprint& at) {
    avoid(name, at);
    if (count_ < capacity) outputs_[count_++] = {name, at};
  }
  /// Another array.
  void avoid(const label& name, const footprint& at) const {
    for (int i = 0; i < count_; ++i) {
      require_apart(op_, name, at, outputs_[i].name, outputs_[i].at);
    }
  }
  template <class V, int Rank>
  void avoid(const label& name, const view<V, Rank>& v) const {
    if (v.data_handle() != nullptr) avoid(name, footprint(v));
  }

 private:
  struct output {
    label name = "";
    footprint at;
  };

  label op_;
  output outputs_[capacity];
  int count_ = 0;
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
