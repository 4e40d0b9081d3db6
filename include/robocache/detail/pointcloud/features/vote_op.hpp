// The most frequent label among a voxel's points, in passes that need no memory.
//
// A pass finds the smallest label that was not counted yet, and how often it occurs; its state
// takes labels in any order and merges. An election takes one pass after the other, the labels
// ascending, and ends when those left could not win.
#pragma once

#include <robocache/detail/pointcloud/features/features_op.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// Labels as numbers without sign, in the same order.
ROBOCACHE_HD std::uint32_t label_key(std::uint8_t label) { return label; }
ROBOCACHE_HD std::uint32_t label_key(std::uint16_t label) { return label; }
ROBOCACHE_HD std::uint32_t label_key(std::int32_t label) {
  return static_cast<std::uint32_t>(label) ^ 0x80000000U;
}

template <class T>
ROBOCACHE_HD T label_of_key(std::uint32_t key) {
  return static_cast<T>(std::is_signed_v<T> ? key ^ 0x80000000U : key);
}

/// The smallest of the labels taken, as a key, and how many they are.
struct vote_state {
  std::uint32_t label = UINT32_MAX;
  std::uint32_t count = 0;

  ROBOCACHE_HD void add(std::uint32_t key) { merge({key, 1}); }

  ROBOCACHE_HD void merge(const vote_state& other) {
    if (other.label < label) {
      *this = other;
    } else if (other.label == label) {
      count += other.count;
    }
  }
};

/// One pass: takes every `step`-th of the points order[begin .. count) whose labels are not below
/// `floor`.
template <class T>
ROBOCACHE_HD vote_state count_votes(const feature_reader<T>& reader, const std::uint32_t* order,
                                    std::int64_t begin, std::int64_t count, std::int64_t step,
                                    std::int32_t channel, std::uint32_t floor) {
  vote_state pass;
  for (std::int64_t i = begin; i < count; i += step) {
    const std::uint32_t key = label_key(reader.row(order[i])[channel]);
    if (key >= floor) pass.add(key);
  }
  return pass;
}

/// What the passes of one voxel and channel have found so far.
template <class T>
struct election {
  const feature_op& feature;
  std::uint32_t uncounted;  // points whose labels are not below `floor`
  std::uint32_t floor = 0;  // of the next pass
  vote_state best;

  ROBOCACHE_HD election(const feature_op& f, std::int64_t points)
      : feature(f), uncounted(static_cast<std::uint32_t>(points)) {}

  /// Whether labels not counted yet could still win.
  [[nodiscard]] ROBOCACHE_HD bool is_open() const { return uncounted > best.count; }

  /// Takes the pass of all points at `floor`, while `is_open`.
  ROBOCACHE_HD void take(const vote_state& pass) {
    const bool ignored =
        feature.has_ignored_label && pass.label == label_key(static_cast<T>(feature.ignored_label));
    if (!ignored && pass.count > best.count) best = pass;
    floor = pass.label + 1;
    uncounted -= pass.count;
  }

  [[nodiscard]] ROBOCACHE_HD T winner() const {
    return best.count == 0 ? empty_value<T>(feature) : label_of_key<T>(best.label);
  }
};

/// The result for one voxel and channel.
template <class T>
ROBOCACHE_HD T vote(const feature_op& f, const feature_reader<T>& reader,
                    const std::uint32_t* order, std::int64_t count, std::int32_t channel) {
  election<T> votes(f, count);
  while (votes.is_open()) {
    votes.take(count_votes(reader, order, 0, count, 1, channel, votes.floor));
  }
  return votes.winner();
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
