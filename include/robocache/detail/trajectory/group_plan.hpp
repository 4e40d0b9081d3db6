// What a group of channels is at one target: planned once, then the same few operations for each
// of its channels.
#pragma once

#include <robocache/detail/trajectory/any_value.hpp>
#include <robocache/trajectory/resample_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

struct group_span {
  std::int32_t first_channel;
  std::int32_t channels;
  interpolation kind;
  std::uint8_t plan;  // which of the row's plans
  double period;
};

/// Whether groups of two kinds share a plan.
constexpr bool same_plan(interpolation a, interpolation b) {
  const bool both_blend = blends(a) && blends(b) && !is_curve(a) && !is_curve(b);
  return a == b || both_blend || (is_curve(a) && is_curve(b));
}

/// The rows that a group's values come from, and how they are blended. Pointers are to a row's
/// first channel.
template <class T>
struct alignas(16) group_plan {
  using Real = compute_type<T>;
  using source = typename pointers_to<T>::source;
  enum class action : std::uint8_t {
    blend,
    sample,      ///< a blend that is the left sample (a rotation is normalised all the same)
    copy,        ///< the left sample down to its bits
    fill,        ///< no sample answers
    not_a_time,  ///< the target is NaN
    skip,        ///< the item's range is bad: write nothing
  };

  source before{};  // of curves, as are `after` and both sides
  source left{};
  source right{};
  source after{};
  side_interval<Real> left_side, right_side;
  Real weight = 0;
  action what = action::skip;
  /// Where NaN is skipped: one may matter that is not among these rows.
  bool look_again = false;
};

/// A sample as a result: its own bits where the types agree.
template <class Out, class T>
ROBOCACHE_HD Out copied(T value) {
  if constexpr (std::is_same_v<Out, T>) {
    return value;
  } else {
    return narrow<Out>(widen(value));
  }
}

/// `narrow` of what is not NaN.
template <class Out, class Real>
ROBOCACHE_HD Out narrow_number(Real value) {
  if constexpr (sizeof(Out) == 2) {
    return narrow<Out>(value);
  } else {
    return static_cast<Out>(static_cast<compute_type<Out>>(value));
  }
}

/// The first `count` of `Width` neighbouring values, the others as 0; `Aligned`: all of them, on a
/// GPU by one access.
template <bool Aligned, int Width, class T>
ROBOCACHE_HD void read_lane(typename pointers_to<T>::source from, int count, T (&to)[Width]) {
#if defined(__CUDA_ARCH__)
  if constexpr (is_typed<T>) __builtin_assume(__isGlobal(from));
  if constexpr (is_typed<T> && Aligned) {
    constexpr std::size_t bytes = Width * sizeof(T) < 16 ? Width * sizeof(T) : 16;
    struct alignas(bytes) lane {
      T values[Width];
    };
    const lane all = *reinterpret_cast<const lane*>(from);
    for (int k = 0; k < Width; ++k) to[k] = all.values[k];
  } else
#endif
  {
    for (int k = 0; k < Width; ++k) to[k] = k == 0 || k < count ? from[k] : T{};
  }
}

/// The rotation of a quaternion's four channels. Both layouts give the same bits.
template <class T, class Out>
ROBOCACHE_HD bool answer_rotation(const group_plan<T>& plan, interpolation kind, const T (&from)[4],
                                  const T (&to)[4], Out (&results)[4]) {
  using rotation = basic_quaternion<compute_type<T>>;
  const bool w_first = kind == interpolation::slerp_wxyz;
  const auto read = [w_first](const T(&q)[4]) {
    const compute_type<T> v[] = {widen(q[0]), widen(q[1]), widen(q[2]), widen(q[3])};
    return w_first ? rotation{v[1], v[2], v[3], v[0]} : rotation{v[0], v[1], v[2], v[3]};
  };
  const rotation q = slerp(read(from), read(to), plan.weight);
  results[0] = narrow<Out>(w_first ? q.w : q.x);
  results[1] = narrow<Out>(w_first ? q.x : q.y);
  results[2] = narrow<Out>(w_first ? q.y : q.z);
  results[3] = narrow<Out>(w_first ? q.z : q.w);
  return q.w == q.w;  // all four are NaN, or none is
}

/// The value of a curve next to infinities, NaN and ends.
template <bool Pchip, class T>
ROBOCACHE_HD_RARELY compute_type<T> blend_with_care(const group_plan<T>& plan, T before, T left,
                                                    T right, T after) {
  return curve_through<Pchip>(widen(before), widen(left), widen(right), widen(after), plan.weight,
                              plan.left_side, plan.right_side);
}

/// Blends curves, each by the short way where that can be told to be right; returns whether none of
/// the values is NaN.
template <bool Pchip, bool Aligned, int Width, class T, class Out>
ROBOCACHE_HD bool blend_curves(const group_plan<T>& plan, std::int64_t channel, int count,
                               const T (&left)[Width], const T (&right)[Width],
                               Out (&results)[Width]) {
  using Real = compute_type<T>;
  T before[Width], after[Width];
  read_lane<Aligned>(plan.before + channel, count, before);
  read_lane<Aligned>(plan.after + channel, count, after);
  const side_interval<Real> sides[] = {plan.left_side, plan.right_side};
  bool finite = !Pchip || (sides[0].share != 0 && sides[1].share != 0);
  Real values[Width];
  for (int k = 0; k < Width; ++k) {
    values[k] = curve_through_finite<Pchip>(widen(before[k]), widen(left[k]), widen(right[k]),
                                            widen(after[k]), plan.weight, sides[0], sides[1]);
    finite &= is_finite(values[k]);
    if constexpr (Pchip) {  // an infinity at an extremum leaves no trace in the value
      finite &= is_finite(sides[0].ratio * (widen(left[k]) - widen(before[k])));
      finite &= is_finite(sides[1].ratio * (widen(after[k]) - widen(right[k])));
    }
  }
  if (finite) {
    for (int k = 0; k < Width; ++k) results[k] = narrow_number<Out>(values[k]);
    return true;
  }
  bool numbers = true;
  for (int k = 0; k < Width; ++k) {
    const Real value = blend_with_care<Pchip>(plan, before[k], left[k], right[k], after[k]);
    numbers &= value == value;
    results[k] = narrow<Out>(value);
  }
  return numbers;
}

/// Blends `count` of `Width` channels from `channel` on, which is not of a quaternion, at a weight
/// that is not 0; returns whether none of them is NaN.
template <bool Aligned, int Width, class T, class Out>
ROBOCACHE_HD bool answer_blend(const group_plan<T>& plan, const group_span& group,
                               std::int64_t channel, int count, Out (&results)[Width]) {
  using Real = compute_type<T>;
  T left[Width], right[Width];
  read_lane<Aligned>(plan.left + channel, count, left);
  read_lane<Aligned>(plan.right + channel, count, right);
  if (group.kind == interpolation::cubic) {
    return blend_curves<false, Aligned>(plan, channel, count, left, right, results);
  }
  if (group.kind == interpolation::pchip) {
    return blend_curves<true, Aligned>(plan, channel, count, left, right, results);
  }
  const auto period = static_cast<Real>(group.period);
  bool numbers = true;
  for (int k = 0; k < Width; ++k) {
    const Real from = widen(left[k]), to = widen(right[k]);
    const Real value = group.kind == interpolation::angle
                           ? lerp_angle(from, to, plan.weight, period)
                           : lerp(from, to, plan.weight);
    numbers &= value == value;
    results[k] = narrow<Out>(value);
  }
  return numbers;
}

/// Answers `count` of `Width` channels of a group from `channel` on: the four of a quaternion or,
/// of another kind, any. Returns whether each of them is a number that samples gave.
template <bool Aligned, int Width, class T, class Out>
ROBOCACHE_HD bool answer_lane(const group_plan<T>& plan, const group_span& group,
                              std::int64_t channel, int count, Out fill, Out (&results)[Width]) {
  using action = typename group_plan<T>::action;
  if (plan.what > action::copy) {
    if (plan.what == action::not_a_time) fill = narrow<Out>(canonical_nan<compute_type<Out>>());
    for (int k = 0; k < Width; ++k) results[k] = fill;
    return false;
  }
  if constexpr (Width == 4) {
    if (is_slerp(group.kind)) {
      T from[4], to[4];
      read_lane<Aligned>(plan.left + channel, Width, from);
      read_lane<Aligned>(plan.right + channel, Width, to);
      return answer_rotation(plan, group.kind, from, to, results);
    }
  }
  if (plan.what == action::blend) {
    return answer_blend<Aligned>(plan, group, channel, count, results);
  }
  T own[Width];
  read_lane<Aligned>(plan.left + channel, count, own);
  bool numbers = true;
  for (int k = 0; k < Width; ++k) {
    numbers = numbers && !is_nan(own[k]);
    results[k] = plan.what == action::copy ? copied<Out>(own[k]) : narrow<Out>(widen(own[k]));
  }
  return numbers;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
