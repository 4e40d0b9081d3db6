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
struct group_plan {
  using Real = compute_type<T>;
  using source = typename pointers_to<T>::source;
  enum class action : std::uint8_t {
    blend,
    copy,
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

/// `Width` neighbouring values; `Aligned`: on a GPU by one access.
template <bool Aligned, int Width, class T>
ROBOCACHE_HD void read_lane(typename pointers_to<T>::source from, T (&to)[Width]) {
#if defined(__CUDA_ARCH__)
  if constexpr (is_typed<T>) {
    constexpr std::size_t bytes = Width * sizeof(T) < 16 ? Width * sizeof(T) : 16;
    struct alignas(Aligned ? bytes : alignof(T)) lane {
      T values[Width];
    };
    const lane all = *reinterpret_cast<const lane*>(from);
    for (int k = 0; k < Width; ++k) to[k] = all.values[k];
    return;
  }
#endif
  for (int k = 0; k < Width; ++k) to[k] = from[k];
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

/// The values of a curve, each by the short way where that can be told to be right.
template <bool Pchip, bool Aligned, int Width, class T>
ROBOCACHE_HD void blend_curve(const group_plan<T>& plan, std::int64_t channel,
                              const T (&left)[Width], const T (&right)[Width],
                              compute_type<T> (&values)[Width]) {
  using Real = compute_type<T>;
  T before[Width], after[Width];
  read_lane<Aligned>(plan.before + channel, before);
  read_lane<Aligned>(plan.after + channel, after);
  const side_interval<Real> sides[] = {plan.left_side, plan.right_side};
  const Real w = plan.weight;
  const bool is_inner = !Pchip || (sides[0].share != 0 && sides[1].share != 0);
  bool finite = is_inner;
  for (int k = 0; k < Width; ++k) {
    values[k] = curve_through_finite<Pchip>(widen(before[k]), widen(left[k]), widen(right[k]),
                                            widen(after[k]), w, sides[0], sides[1]);
    if (w == Real(0)) values[k] = widen(left[k]);
    finite = finite && is_finite(values[k]);
    if constexpr (Pchip) {  // an infinity at an extremum leaves no trace in the value
      finite = finite && is_finite(sides[0].ratio * (widen(left[k]) - widen(before[k]))) &&
               is_finite(sides[1].ratio * (widen(after[k]) - widen(right[k])));
    }
  }
  if (finite) return;
  for (int k = 0; k < Width; ++k) {
    values[k] = curve_through<Pchip>(widen(before[k]), widen(left[k]), widen(right[k]),
                                     widen(after[k]), w, sides[0], sides[1]);
  }
}

/// Blends `Width` channels from `channel` on, which is not of a quaternion; returns whether none of
/// them is NaN.
template <bool Aligned, int Width, class T, class Out>
ROBOCACHE_HD bool answer_blend(const group_plan<T>& plan, const group_span& group,
                               std::int64_t channel, Out (&results)[Width]) {
  using Real = compute_type<T>;
  T left[Width], right[Width];
  read_lane<Aligned>(plan.left + channel, left);
  read_lane<Aligned>(plan.right + channel, right);
  Real values[Width];
  if (group.kind == interpolation::cubic) {
    blend_curve<false, Aligned>(plan, channel, left, right, values);
  } else if (group.kind == interpolation::pchip) {
    blend_curve<true, Aligned>(plan, channel, left, right, values);
  } else if (group.kind == interpolation::angle) {
    const auto period = static_cast<Real>(group.period);
    for (int k = 0; k < Width; ++k) {
      values[k] = lerp_angle(widen(left[k]), widen(right[k]), plan.weight, period);
    }
  } else {
    for (int k = 0; k < Width; ++k) {
      values[k] = lerp(widen(left[k]), widen(right[k]), plan.weight);
    }
  }
  bool numbers = true;
  for (int k = 0; k < Width; ++k) {
    numbers = numbers && values[k] == values[k];
    results[k] = narrow<Out>(values[k]);
  }
  return numbers;
}

/// Answers `Width` channels of a group from `channel` on: the four of a quaternion or, of another
/// kind, any. Returns
/// whether each of them is a number that samples gave.
template <bool Aligned, int Width, class T, class Out>
ROBOCACHE_HD bool answer_lane(const group_plan<T>& plan, const group_span& group,
                              std::int64_t channel, Out fill, Out (&results)[Width]) {
  using action = typename group_plan<T>::action;
  if (plan.what > action::copy) {
    if (plan.what == action::not_a_time) fill = narrow<Out>(canonical_nan<compute_type<Out>>());
    for (int k = 0; k < Width; ++k) results[k] = fill;
    return false;
  }
  if constexpr (Width == 4) {
    if (is_slerp(group.kind)) {
      T from[4], to[4];
      read_lane<Aligned>(plan.left + channel, from);
      read_lane<Aligned>(plan.right + channel, to);
      return answer_rotation(plan, group.kind, from, to, results);
    }
  }
  if (plan.what == action::blend) return answer_blend<Aligned>(plan, group, channel, results);
  T own[Width];
  read_lane<Aligned>(plan.left + channel, own);
  bool numbers = true;
  for (int k = 0; k < Width; ++k) {
    numbers = numbers && !is_nan(own[k]);
    results[k] = copied<Out>(own[k]);
  }
  return numbers;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
