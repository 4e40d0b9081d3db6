// Rules for the numbers that grippers are told by.
#pragma once

#include <robocache/detail/kinematics/convert_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

enum class gripper_rule : std::uint8_t { binarize, relative_to_absolute, invert };

/// One channel of one trajectory is a row.
template <class T>
struct gripper_op {
  std::int64_t rows = 0, channels = 0, steps = 0;
  sequence_rows<const T> from;
  sequence_rows<T> to;
  gripper_rule rule = gripper_rule::binarize;
  T high = 0, low = 0;

  ROBOCACHE_HD void compute_row(std::int64_t n) const {
    const std::int64_t b = n / channels, c = n % channels;
    if (rule == gripper_rule::invert) {
      for (std::int64_t t = 0; t < steps; ++t) to.at(b, t)[c] = narrow<T>(1 - from.at(b, t)[c]);
    } else if (rule == gripper_rule::binarize) {
      binarize(b, c);
    } else {
      accumulate(b, c);
    }
  }

 private:
  /// What lies between takes the state that is reached after.
  ROBOCACHE_HD void binarize(std::int64_t b, std::int64_t c) const {
    if (steps == 0) return;
    T state = narrow<T>(from.at(b, steps - 1)[c]);
    for (std::int64_t t = steps - 1; t >= 0; --t) {
      const T value = from.at(b, t)[c];
      if (value > high) state = 1;
      if (value < low) state = 0;
      to.at(b, t)[c] = state;
    }
  }
  /// It starts as the opposite of the first command, or open.
  ROBOCACHE_HD void accumulate(std::int64_t b, std::int64_t c) const {
    T state = 1;
    for (std::int64_t t = 0; t < steps; ++t) {
      const T value = from.at(b, t)[c];
      if (!(value > high || value < low)) continue;
      state = value > high ? T(1) : T(0);
      break;
    }
    for (std::int64_t t = 0; t < steps; ++t) {
      const T value = from.at(b, t)[c];
      if (value > high) state = 0;
      if (value < low) state = 1;
      to.at(b, t)[c] = state;
    }
  }
};

template <class T, class Source>
gripper_op<T> make_gripper_op(const label& name, gripper_rule rule, const view<Source, 3>& from,
                              const view<T, 3>& to, double high, double low) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "robocache: grippers are float or double");
  check_view(name, "from", from);
  check_shape(name, "to", to, {from.extent(0), from.extent(1), from.extent(2)},
              {"from.extent(0)", "from.extent(1)", "from.extent(2)"});
  require_apart(name, "to", footprint(to), "from", footprint(from));
  if (!(low <= high)) {
    fail(name, "the lower threshold must not be above the upper one (got " + std::to_string(low) +
                   " and " + std::to_string(high) + ")");
  }
  gripper_op<T> op;
  op.channels = from.extent(2);
  op.rows = from.extent(0) * op.channels;
  op.steps = from.extent(1);
  op.from = sequence_of(view<const T, 3>(from));
  op.to = sequence_of(to);
  op.rule = rule;
  op.high = static_cast<T>(high);
  op.low = static_cast<T>(low);
  return op;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
