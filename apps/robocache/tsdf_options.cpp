#include <CLI/CLI.hpp>

#include "tsdf.hpp"

namespace robocache::cli {
namespace {

constexpr const char* footer = R"(Examples:
  robocache tsdf --depth frames --intrinsics K.txt --voxel 0.01 -o mesh.ply --view view.png
  robocache tsdf --depth depth --poses poses --intrinsics K.txt --voxel 0.02 -o volume.npz

--depth is a folder of NAME.png or NAME.depth.png, 16-bit grey. Each needs NAME.pose.txt or NAME.txt: the
camera's pose in the world, 3 or 4 rows of 4 numbers; the camera looks along +z with y down. Frames whose
pose is not finite are left out. --intrinsics is a matrix of 9 numbers, or fx fy cx cy.
Pictures of --color have the size and the camera of the depth images.
The order of frames does not matter. OUT.ply is a mesh; OUT.npz holds `distance` (Z, Y, X) float32 in
metres, positive in front of surfaces and NaN where nothing is known, `origin`, `voxel` and `truncation`.
--view is drawn from where the first frame was taken.)";

CLI::Option* add_length(CLI::App& command, const std::string& name, double& length,
                        const std::string& help) {
  return command.add_option(name, length, help)
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("METRES");
}

}  // namespace

void add_tsdf(CLI::App& app, tsdf_command& c) {
  CLI::App& command = *app.add_subcommand("tsdf", "Turn depth images into one surface");
  command.footer(footer);
  command.add_option("--depth", c.depth, "Folder of depth images")->required()->type_name("DIR");
  command.add_option("--poses", c.poses, "Folder of poses, unless they are beside the images")
      ->type_name("DIR");
  command.add_option("--color", c.color, "Folder of colours, NAME.png or NAME.color.png")
      ->type_name("DIR");
  command.add_option("--intrinsics", c.intrinsics, "Camera matrix")->required()->type_name("FILE");
  command.add_option("-o,--output", c.output, "Mesh (.ply) or distances (.npz)")->type_name("OUT");
  command.add_option("--view", c.view, "Draw the surface")->type_name("OUT.png");
  add_length(command, "--voxel", c.voxel, "Edge of a voxel");
  command.add_option("--truncation", c.truncation, "The largest distance kept (default: 4 voxels)")
      ->check(CLI::PositiveNumber)
      ->type_name("METRES");
  add_length(command, "--max-depth", c.max_depth, "Depths beyond it do not count");
  command.add_option("--min-depth", c.min_depth, "Depths before it do not count")
      ->check(CLI::NonNegativeNumber)
      ->type_name("METRES");
  command.add_option("--depth-scale", c.scale, "Units of depth in a metre")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
  command.add_flag("--drop-off", c.drop_off,
                   "Count less what is seen from behind, for thin things");
  command.add_option("--threads", c.threads, "CPU threads; 0: all cores. Same result for any")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  command.callback([&c] { run(c); });
}

}  // namespace robocache::cli
