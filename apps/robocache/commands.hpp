/// \file
/// The subcommands of `robocache`, apart from how they are typed.
#pragma once

#include <optional>
#include <string>

#include "drawing/picture.hpp"
#include "files/failure.hpp"
#include "fusing.hpp"
#include "voxelizing.hpp"

namespace robocache::cli {

/// Which executor a command runs on. A backend named by the user wins over ROBOCACHE_BACKEND.
struct executor_choice {
  std::optional<backend> wanted;
  int threads = 0;
};

/// The device or backend cannot be used.
class device_failure : public failure {
 public:
  using failure::failure;
};

any_executor choose_executor(const executor_choice& choice);
/// "2 CPU threads" or "CUDA".
std::string executor_text(const any_executor& executor);

struct resample_command {
  std::string input;
  std::string values = "values";
  std::string times = "times";
  std::string output;
  std::string plot;
  std::string plot_channels;  // "0-7,12"; empty: the first 8
  std::string unit;
  std::optional<clock_rate> rate;
  std::optional<clock_rate> source_rate;  // of recordings without stamps
  std::string targets;                    // an array of the input; empty: --rate
  std::string episodes;          // an array of the input with their ends; empty: one recording
  std::string kinds = "linear";  // as typed; parsed in `settings`
  std::optional<element> type;   // none: keep
  stamp_settings stamps;
  resample_settings settings;
  executor_choice executor;
};

struct fuse_command {
  std::vector<std::string> streams;  // as typed: FILE:VALUES[,TIMES]@KIND[,OPTION=VALUE...]
  std::string output;
  std::string plot;
  std::string plot_columns;  // "0-7,12"; empty: the first of each stream
  std::optional<clock_rate> rate;
  std::string targets;   // FILE:ARRAY; empty: --rate
  std::string episodes;  // an array of each file with their ends; empty: one recording
  time_span span = time_span::overlap;
  std::optional<element> type;            // none: the streams decide
  stamp_settings stamps;                  // of streams that say nothing else, and of targets
  std::optional<double> snap;             // of streams that say nothing else
  std::optional<clock_rate> source_rate;  // of those that have no stamps
  executor_choice executor;
};

struct voxelize_command {
  std::string input;  // may stand behind the numbers of --voxel
  std::vector<std::string> voxel;
  std::string columns;  // of .bin, .npy and .npz; empty: as the format has them
  std::string output;   // .npz or .ply
  std::string view;     // .png
  std::string features;
  viewpoint from = viewpoint::isometric;
  bool view_all = false;  // outliers, too
  voxel_mode mode = voxel_mode::density;
  std::optional<std::int32_t> ignored_label;
  grid_settings grid;
  bool sparse = false;
  executor_choice executor;
};

struct demo_command {
  std::string directory = "robocache-demo";
  executor_choice executor;
};

struct info_command {
  std::string path;
  std::string columns;  // of .bin; empty: as the format has them
};

void run(const resample_command& command);
void run(const fuse_command& command);
void run(const voxelize_command& command);
void run(const demo_command& command);
void run(const info_command& command);
void run_devices();

}  // namespace robocache::cli
