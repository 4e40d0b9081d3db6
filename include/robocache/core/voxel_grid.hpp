/// \file
/// `voxel_grid`: which voxel a point lies in.
#pragma once

#include <robocache/core/math.hpp>
#include <robocache/core/view.hpp>

ROBOCACHE_BEGIN_NAMESPACE

/// What the index of a voxel means along each axis.
enum class index_rule : std::uint8_t {
  floor,  ///< the origin is the lower corner of voxel 0: i <= (p - origin) / size < i + 1
  round,  ///< the origin is the centre of voxel 0; a point half-way belongs to the upper voxel
};

/// A regular grid. Axes are in the order x, y, z; units are the points'.
struct voxel_grid {
  double origin[3] = {0.0, 0.0, 0.0};
  double size[3] = {1.0, 1.0, 1.0};     ///< of a voxel
  std::int64_t extents[3] = {1, 1, 1};  ///< voxels along x, y, z; each below 2^31
  index_rule rule = index_rule::floor;

  /// The number of voxels.
  [[nodiscard]] ROBOCACHE_HD std::int64_t cells() const {
    return extents[0] * extents[1] * extents[2];
  }
};

/// Finds the voxel of a point; for loops and kernels of your own too. `Real` is float for points of
/// up to 32 bits, double for double.
///
/// Along each axis i = floor((p - origin) / size), or floor of that plus 1/2 by
/// `index_rule::round`: an IEEE subtraction, division and addition in `Real`, with the grid rounded
/// to it. The index is tested before it becomes an integer, so infinities are outside. Voxels are
/// numbered (z * extents[1] + y) * extents[0] + x. Deterministic: the same on the CPU and the GPU.
template <class Real>
class voxel_finder {
 public:
  static constexpr std::int64_t outside = -1;
  static constexpr std::int64_t invalid = -2;  ///< a coordinate is NaN

  voxel_finder() = default;
  explicit voxel_finder(const voxel_grid& grid) {
    std::int64_t stride = 1;
    moderate_ = true;
    for (int a = 0; a < 3; ++a) {
      origin_[a] = static_cast<Real>(grid.origin[a]);
      size_[a] = static_cast<Real>(grid.size[a]);
      inverse_[a] = Real(1) / size_[a];
      moderate_ = moderate_ && size_[a] >= Real(0x1p-30) && size_[a] <= Real(0x1p30);
      ends_[a] = end_of(grid.extents[a]);
      stride_[a] = stride;
      stride *= grid.extents[a];
    }
    shift_ = grid.rule == index_rule::round ? Real(0.5) : Real(0);
  }

  /// The voxel's number, or `outside`, or `invalid`.
  ROBOCACHE_HD std::int64_t operator()(Real x, Real y, Real z) const {
    return number<std::int64_t>(x, y, z);
  }

  /// The same for a grid whose voxels can be counted by `Index`: int32_t or int64_t.
  template <class Index>
  ROBOCACHE_HD Index number(Real x, Real y, Real z) const {
    const Real distance[3] = {x - origin_[0], y - origin_[1], z - origin_[2]};
#if defined(__CUDA_ARCH__)
    // The quotients by the rounded inverses (Markstein 1990): exact where sizes and quotients are
    // moderate, so that no step leaves the normal numbers.
    Real quotients[3];
    bool exact = moderate_;
    for (int a = 0; a < 3; ++a) {
      const Real estimate = distance[a] * inverse_[a];
      const Real rest = robocache::fma(-size_[a], estimate, distance[a]);
      quotients[a] = robocache::fma(rest, inverse_[a], estimate);
      const Real magnitude = quotients[a] < Real(0) ? -quotients[a] : quotients[a];
      exact = exact && magnitude >= Real(0x1p-20) && magnitude <= Real(0x1p33);
    }
    if (exact) return number_at<Index>(quotients, outside);
#endif
    const Real divided[3] = {distance[0] / size_[0], distance[1] / size_[1],
                             distance[2] / size_[2]};
    return number_at<Index>(divided, x != x || y != y || z != z ? invalid : outside);
  }

 private:
  /// The number of the voxel at so many voxels from the origin, or `otherwise`.
  template <class Index>
  ROBOCACHE_HD Index number_at(const Real (&voxels)[3], std::int64_t otherwise) const {
    using Word = std::make_unsigned_t<Index>;  // may wrap where the point is outside
    Word cell = 0;
    bool fits = true;
    for (int a = 0; a < 3; ++a) {
      const Real q = voxels[a] + shift_;
      const bool inside = q >= Real(0) && q < ends_[a];
      const auto i = static_cast<Index>(inside ? q : Real(0));
      fits = fits && inside;
      cell += static_cast<Word>(i) * static_cast<Word>(stride_[a]);
    }
    return fits ? static_cast<Index>(cell) : static_cast<Index>(otherwise);
  }

  /// The smallest Real that is not below `extent`: a q below it is in a voxel below `extent`.
  static Real end_of(std::int64_t extent) {
    auto end = static_cast<Real>(extent);
    if constexpr (sizeof(Real) == 4) {  // a double is exact
      const bool below = static_cast<std::int64_t>(end) < extent;
      end = detail::bit_cast<Real>(detail::bit_cast<std::uint32_t>(end) + (below ? 1U : 0U));
    }
    return end;
  }

  Real origin_[3], size_[3], inverse_[3], ends_[3], shift_;
  std::int64_t stride_[3];
  bool moderate_;  // all sizes are
};

ROBOCACHE_END_NAMESPACE
