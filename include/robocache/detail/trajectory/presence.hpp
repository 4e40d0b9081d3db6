// Which samples count, found in a few steps however many are missing.
//
// A search looks at the nearest samples one by one. Where too many in a row are missing it gives up
// and says so; then the samples of that item are indexed, once, and its targets answered again.
#pragma once

#include <robocache/core/ragged.hpp>
#include <robocache/trajectory/interpolate.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

inline int lowest_bit(std::uint64_t word) { return __builtin_ctzll(word); }
inline int highest_bit(std::uint64_t word) { return 63 - __builtin_clzll(word); }

/// A bit for each of `count` samples, a bit for each word of those that holds one, and so on up to
/// one word: levels one behind the other.
class bit_levels {
 public:
  bit_levels(std::uint64_t* words, std::int64_t count) : words_(words), count_(count) {}

  static constexpr std::int64_t words_in(std::int64_t bits) { return (bits + 63) / 64; }

  /// Sets the bits of the samples that count.
  template <class Usable>
  void build(const Usable& usable) {
    fill(words_, count_, usable);
    std::uint64_t* level = words_;
    for (std::int64_t bits = words_in(count_); bits > 1; bits = words_in(bits)) {
      const std::uint64_t* const below = level;
      level += bits;
      fill(level, bits, [below](std::int64_t i) { return below[i] != 0; });
    }
  }

  /// The last sample at or before i that counts, or -1.
  [[nodiscard]] std::int64_t last(std::int64_t i) const {
    const std::uint64_t* level = words_;
    std::int64_t bits = count_;
    int up = 0;
    for (; i >= 0; ++up) {
      const std::uint64_t word = level[i / 64] & (~std::uint64_t{0} >> (63 - i % 64));
      if (word != 0) {
        i = i / 64 * 64 + highest_bit(word);
        break;
      }
      bits = words_in(bits);
      level += bits;
      i = i / 64 - 1;
    }
    return i < 0 ? -1 : descend(i, up, highest_bit);
  }

  /// The first sample from i on that counts, or their number.
  [[nodiscard]] std::int64_t first(std::int64_t i) const {
    const std::uint64_t* level = words_;
    std::int64_t bits = count_;
    int up = 0;
    for (; i < bits; ++up) {
      const std::uint64_t word = level[i / 64] & (~std::uint64_t{0} << (i % 64));
      if (word != 0) return descend(i / 64 * 64 + lowest_bit(word), up, lowest_bit);
      bits = words_in(bits);
      level += bits;
      i = i / 64 + 1;
    }
    return count_;
  }

 private:
  template <class Usable>
  static void fill(std::uint64_t* words, std::int64_t bits, const Usable& usable) {
    for (std::int64_t w = 0; w < words_in(bits); ++w) {
      std::uint64_t word = 0;
      const std::int64_t end = bits - w * 64 < 64 ? bits - w * 64 : 64;
      for (std::int64_t i = 0; i < end; ++i) {
        word |= static_cast<std::uint64_t>(usable(w * 64 + i) ? 1 : 0) << i;
      }
      words[w] = word;
    }
  }

  /// From bit i of a level down to a sample, by one end of each word.
  [[nodiscard]] std::int64_t descend(std::int64_t i, int up, int (*end)(std::uint64_t)) const {
    for (; up > 0; --up) {
      const std::uint64_t* level = words_;
      std::int64_t bits = count_;
      for (int l = 1; l < up; ++l) {
        bits = words_in(bits);
        level += bits;
      }
      i = i * 64 + end(level[i]);
    }
    return i;
  }

  std::uint64_t* words_;
  std::int64_t count_;
};

/// The levels of all items: a column of them for whole rows and, where NaN is skipped, one more for
/// each channel.
struct presence_index {
  static constexpr std::int64_t most_steps = 64;  // of a search, unless it is by the index

  item_ranges samples;
  std::int64_t columns = 1;
  std::uint64_t* words = nullptr;
  std::uint8_t* wanted = nullptr;  // by item: a search in it gave up
  bool is_built = false;

  /// Levels of n samples take less than n / 32 + 7 words.
  [[nodiscard]] std::int64_t column_words() const {
    return samples.items * 8 + samples.slots() / 32 + 1;
  }
  [[nodiscard]] bit_levels levels(std::int64_t item, std::int64_t column) const {
    const item_range own = samples.rows_of(item);
    const std::int64_t place = item * 8 + samples.first_slot(item, own) / 32;
    return {words + column * column_words() + place, own.count};
  }
  void want(std::int64_t item) const { __atomic_store_n(wanted + item, 1, __ATOMIC_RELAXED); }
};

/// Samples of an item as a column of the index knows them.
template <class Usable>
struct searched {
  Usable usable;
  const presence_index* index;  // null: there is none, and a search is as long as it is
  std::int64_t item, column;

  ROBOCACHE_HD bool operator()(std::int64_t i) const { return usable(i); }
};

template <class Usable>
ROBOCACHE_HD std::int64_t last_usable(std::int64_t i, const searched<Usable>& samples) {
#if !defined(__CUDA_ARCH__)
  if (samples.index != nullptr) {
    if (samples.index->is_built) return samples.index->levels(samples.item, samples.column).last(i);
    for (const std::int64_t end = i - presence_index::most_steps; i >= 0; --i) {
      if (samples(i)) return i;
      if (i > end) continue;
      samples.index->want(samples.item);
      return i;  // whatever is said: it will be asked again
    }
    return -1;
  }
#endif
  return robocache::last_usable(i, samples.usable);
}

template <class Usable>
ROBOCACHE_HD std::int64_t first_usable(std::int64_t i, std::int64_t n,
                                       const searched<Usable>& samples) {
#if !defined(__CUDA_ARCH__)
  if (samples.index != nullptr) {
    if (samples.index->is_built)
      return samples.index->levels(samples.item, samples.column).first(i);
    for (const std::int64_t end = i + presence_index::most_steps; i < n; ++i) {
      if (samples(i)) return i;
      if (i < end) continue;
      samples.index->want(samples.item);
      return i;
    }
    return n;
  }
#endif
  return robocache::first_usable(i, n, samples.usable);
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
