// The blocks that the band of a pixel may reach, in single precision.
#pragma once

#include <robocache/detail/tsdf/camera/camera_rays.hpp>
#include <robocache/detail/tsdf/sparse/block_grid.hpp>
#include <robocache/tsdf/integrate_options.hpp>

ROBOCACHE_BEGIN_NAMESPACE
namespace detail {

/// A camera's pixels as pyramids, and its band of depths in pieces of about a voxel.
struct band_rule {
  block_grid grid;
  float half = 0.5F;                      // of a pixel's width, and a little more
  float truncation = 0.0F, piece = 0.0F;  // in metres
  std::int32_t pieces = 1;

  /// Calls `f(key)` for every block that holds a voxel centre of the band of pixel (u, v), which
  /// begins at depth `begin`, and for some that hold none; for some more than once.
  template <class F>
  ROBOCACHE_HD void for_each(const camera_rays& rays, std::int32_t u, std::int32_t v, float begin,
                             const F& f) const {
    float ways[4][3];
    for (int c = 0; c < 4; ++c) {
      const float x = static_cast<float>(u) + (c % 2 == 0 ? -half : half);
      const float y = static_cast<float>(v) + (c / 2 == 0 ? -half : half);
      for (int a = 0; a < 3; ++a) {
        ways[c][a] = robocache::fma(rays.columns[0][a], x,
                                    robocache::fma(rays.columns[1][a], y, rays.columns[2][a]));
      }
    }
    for (std::int32_t n = 0; n < pieces; ++n) {
      const float first = robocache::fma(static_cast<float>(n), piece, begin);
      add_piece(rays, ways, first, first + piece, f);
    }
  }

 private:
  template <class F>
  ROBOCACHE_HD void add_piece(const camera_rays& rays, const float (&ways)[4][3], float from,
                              float to, const F& f) const {
    std::int64_t low[3], high[3];
    for (int a = 0; a < 3; ++a) {
      float least = robocache::fma(ways[0][a], from, rays.eye[a]), most = least;
      for (int c = 0; c < 8; ++c) {
        const float at = robocache::fma(ways[c % 4][a], c < 4 ? from : to, rays.eye[a]);
        least = at < least ? at : least;
        most = at > most ? at : most;
      }
      // Room for what single precision rounds here and in the projection of voxels.
      const float slack = robocache::fma(
          0x1p-20F, (most < 0.0F ? -most : most) + (least < 0.0F ? -least : least), 0.01F);
      least = least - slack;
      most = most + slack;
      const auto last = static_cast<float>(grid.voxels[a] - 1);
      if (!(most >= 0.0F && least <= last)) return;
      const auto whole = static_cast<std::int64_t>(least > 0.0F ? least : 0.0F);
      low[a] = (static_cast<float>(whole) < least ? whole + 1 : whole) / block_edge;
      const auto end = static_cast<std::int64_t>(most < last ? most : last);
      high[a] = end / block_edge;
      if (static_cast<float>(end) < least) return;  // between two centres
    }
    for (std::int64_t z = low[2]; z <= high[2]; ++z) {
      for (std::int64_t y = low[1]; y <= high[1]; ++y) {
        for (std::int64_t x = low[0]; x <= high[0]; ++x) f(grid.key(x, y, z));
      }
    }
  }
};

inline band_rule make_band_rule(const tsdf_grid& grid, const block_grid& blocks,
                                depth_lookup lookup) {
  band_rule rule;
  rule.grid = blocks;
  rule.half = lookup == depth_lookup::bilinear ? 1.01F : 0.51F;
  rule.truncation = static_cast<float>(grid.truncation);
  const double pieces = 2.0 * grid.truncation / grid.voxel;
  rule.pieces = pieces < 4096.0 ? static_cast<std::int32_t>(pieces) + 1 : 4096;
  rule.piece = static_cast<float>(2.0 * grid.truncation / rule.pieces);
  return rule;
}

}  // namespace detail
ROBOCACHE_END_NAMESPACE
