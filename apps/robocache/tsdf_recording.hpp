/// \file
/// The frames that `tsdf` reads, one after the other.
#pragma once

#include <algorithm>
#include <robocache/core/camera.hpp>
#include <robocache/core/executor.hpp>
#include <robocache/core/view.hpp>

#include "files/depth_frames.hpp"
#include "files/failure.hpp"
#include "files/text.hpp"
#include "terminal.hpp"
#include "tsdf.hpp"

namespace robocache::cli {

/// A recording, read frame by frame.
class recording {
 public:
  recording(const tsdf_command& command, const cpu& executor) : executor_(executor) {
    for (const depth_frame_files& files : find_frames(
             command.depth, command.poses.empty() ? command.depth : command.poses, command.color)) {
      const std::vector<float> pose = read_pose(files.pose);
      const bool known = std::all_of(pose.begin(), pose.end(), [](float x) { return x - x == 0; });
      if (known) frames_.push_back({files.depth, files.color, pose});
      skipped_ += known ? 0 : 1;
    }
    if (frames_.empty()) bad_input(command.depth + ": no frame has a finite pose");
    const std::vector<double> k = read_intrinsics(command.intrinsics);
    camera_ = {k[0], k[1], k[2], k[3]};
    const depth_image first = read_depth_image(frames_.front().path);
    camera_.width = first.width;
    camera_.height = first.height;
  }

  [[nodiscard]] const pinhole_camera& camera() const { return camera_; }
  [[nodiscard]] std::size_t size() const { return frames_.size(); }
  [[nodiscard]] std::int64_t skipped() const { return skipped_; }
  [[nodiscard]] const cpu& executor() const { return executor_; }
  [[nodiscard]] view<const float, 3> first_pose() const { return pose_of(frames_.front()); }

  /// The colours of frame n as `integrate_depth_options` have them.
  [[nodiscard]] color_image read_color(std::size_t n) const {
    color_image image = read_color_image(frames_[n].color);
    if (image.width != camera_.width || image.height != camera_.height) {
      bad_input(frames_[n].color +
                format(": expected %lld x %lld pixels, as the depth images have, got %lld x %lld",
                       static_cast<long long>(camera_.width),
                       static_cast<long long>(camera_.height), static_cast<long long>(image.width),
                       static_cast<long long>(image.height)));
    }
    return image;
  }

  /// Calls `f(images, poses, n)` with one frame after the other.
  template <class F>
  void for_each(const std::string& what, const F& f) const {
    progress_bar bar(what);
    for (std::size_t n = 0; n < frames_.size(); ++n) {
      const depth_image image = read_depth_image(frames_[n].path);
      f(view<const std::uint16_t, 3>(image.depths.data(), {1, image.height, image.width}),
        pose_of(frames_[n]), n);
      bar.update(static_cast<double>(n + 1) / static_cast<double>(frames_.size()));
    }
  }

 private:
  struct frame {
    std::string path, color;
    std::vector<float> pose;
  };
  static view<const float, 3> pose_of(const frame& f) { return {f.pose.data(), {1, 3, 4}}; }

  cpu executor_;
  pinhole_camera camera_;
  std::vector<frame> frames_;
  std::int64_t skipped_ = 0;
};

}  // namespace robocache::cli
