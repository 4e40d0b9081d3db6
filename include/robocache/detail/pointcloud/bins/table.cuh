// The points of a batch, sorted into voxels: the arrays.
#pragma once

#include <robocache/detail/cloud/points.cuh>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

constexpr std::uint32_t large_voxel = 256;  // points from which a block reduces a voxel
constexpr int words_each = 4;               // of a mask, of a thread
constexpr std::int64_t rank_words_each = words_each * point_threads;  // of a block

/// The voxels of a batch. Arrays over voxels have room for one per point.
struct bin_table {
  std::uint32_t* mask = nullptr;   // [B][words]: voxels that hold a point
  std::uint32_t* bases = nullptr;  // [B][words]: the number of the word's first voxel
  std::int64_t words = 0;
  std::uint32_t* counts = nullptr;
  std::uint32_t* firsts = nullptr;  // complement of the first point; null where not wanted
  std::uint32_t* starts = nullptr;  // in `order`
  std::int64_t* cells = nullptr;
  std::int32_t* clouds = nullptr;
  std::uint32_t* order = nullptr;    // points by voxel
  std::uint32_t* ranks = nullptr;    // of points in their voxel
  std::int32_t* voxel_of = nullptr;  // -1 outside; not set for what is no point
  std::uint32_t* large = nullptr;    // voxels of more than `large_voxel` points
  std::uint32_t* sums = nullptr;     // of blocks of words
  std::uint32_t* totals = nullptr;   // see below

  [[nodiscard]] __host__ __device__ std::uint32_t* number() const { return totals; }
  [[nodiscard]] __host__ __device__ std::uint32_t* placed() const { return totals + 1; }
  [[nodiscard]] __host__ __device__ std::uint32_t* large_number() const { return totals + 2; }
};

}  // namespace detail
ROBOCACHE_END_NAMESPACE
