/// \file
/// What can be said to `inverse_kinematics`, and what it reports.
#pragma once

#include <robocache/core/view.hpp>
#include <robocache/kinematics/rotation.hpp>

ROBOCACHE_BEGIN_NAMESPACE

template <class Real>
struct inverse_options {
  pose_form form;                    ///< of the targets
  double position_tolerance = 1e-4;  ///< m
  double rotation_tolerance = 1e-4;  ///< rad
  /// What is made small where both cannot be 0: (weight * metres)^2 + (weight * radians)^2.
  double position_weight = 1.0, rotation_weight = 0.5;
  /// Starts: first the caller's, then those of a low-discrepancy sequence within the limits (of
  /// joints without, within pi or 1 m).
  int seeds = 64;              ///< of the sequence
  view<const Real, 3> start;   ///< [B, S, D], optional; a stride of 0 shares them
  int coarse_iterations = 12;  ///< of each start
  int fine_starts = 8;         ///< the best of them go on, 1 to 8
  int fine_iterations = 100;   ///< of each of those
  /// Where joints go as far as the targets leave them free: with it the nearest solution wins.
  view<const Real, 2> rest;  ///< [B, D], optional; a stride of 0 shares it
  /// `track` alone: the most that a joint moves from one step to the next, rad or m.
  double jump = 0.5;
};

/// What can be known besides the positions; every output is optional.
template <class Real>
struct inverse_report {
  view<Real, 2> position_error;      ///< [B, L]: m, of the row returned
  view<Real, 2> rotation_error;      ///< [B, L]: rad
  view<std::uint8_t, 1> converged;   ///< [B]: whether all are within the tolerances
  view<std::int32_t, 1> iterations;  ///< [B]: what the row returned took
};

/// The same of `track`.
template <class Real>
struct track_report {
  view<Real, 3> position_error;      ///< [B, T, L]
  view<Real, 3> rotation_error;      ///< [B, T, L]
  view<std::uint8_t, 2> converged;   ///< [B, T]
  view<std::int32_t, 2> iterations;  ///< [B, T]
  view<std::int32_t, 1> jumps;  ///< [B]: steps in which a joint moves by more than the option says
};

ROBOCACHE_END_NAMESPACE
