#include <CLI/CLI.hpp>
#include <map>

#include "commands.hpp"
#include "options.hpp"

namespace robocache::cli {
namespace {

constexpr const char* footer = R"(Examples:
  robocache voxelize kitti_scan.ply --voxel 0.2 --mode density -o grid.npz --view view.png
  robocache voxelize room.bin --columns 6 --voxel 0.05 --mode mean --features color -o room.ply
  robocache voxelize scan.bin --voxel 0.1 0.1 0.2 --box 0 -40 -3 70 40 1 --sparse -o cells.npz

A cloud is one of:
  FILE.ply           ascii or binary; vertices need x, y and z
  FILE.bin           rows of little-endian float32; values that make no sense as such are told
  FILE.npz:ARRAY, FILE.npy   float16, float32 or float64 of shape (N, C), or a structured array, whose
                     fields are the columns
  --columns says what the rows of all but PLY hold: names such as x,y,z,intensity, or how many they
  are: 3 x y z, 4 and intensity (KITTI; of .bin unless said otherwise), 5 and ring (nuScenes; of .pcd.bin),
  6 x y z red green blue.
Features are named as in the file, or by the number of their column from 0. intensity is any name that
has it as a part, color is red,green,blue and normal is nx,ny,nz.

A point belongs to the voxel floor((point - origin) / voxel), tested as half open and computed in the
type of the positions: float32, or float64 where the file has doubles or integers of 32 bits and more.
Without --origin it is the multiple of the voxel at or below the lowest point, without --cells they reach
the highest. Of --box X0 <= x < X1 holds, too, limits rounded to that type: points beyond it are outside
even where the last voxel reaches further, and so are those that the formula rounds beyond that voxel.
--origin and --cells take whole voxels.
OUT.npz holds, all z-major, `grid` (Z, Y, X) uint8 for occupancy and int32 for density, or float32
(Z, Y, X, C) beside `counts` (Z, Y, X) for mean and max, where empty voxels are 0; `origin` and `voxel`
(x, y, z) in the type of the positions, with which the formula gives the same voxels. vote takes features
that are labels and gives the most frequent one as int32, the smallest of those that tie. With --sparse:
`coordinates` (V, 3) as z, y, x, `counts` (V,), `values` (V, C), and `shape`.
OUT.ply holds the centres of the occupied voxels with their count and features.)";

void add_grid_options(CLI::App& command, grid_settings& grid) {
  CLI::Option* origin =
      command.add_option("--origin", grid.origin, "Lowest corner of the grid")->expected(3);
  origin->type_name("X Y Z");
  CLI::Option* cells =
      command.add_option("--cells", grid.cells, "Voxels along each axis")->expected(3);
  cells->type_name("NX NY NZ");
  command.add_option("--box", grid.box, "Lowest and highest corner, in place of the two above")
      ->expected(6)
      ->excludes(origin)
      ->excludes(cells)
      ->type_name("X0 Y0 Z0 X1 Y1 Z1");
}

/// What is made of the points in a voxel.
void add_feature_options(CLI::App& command, voxelize_command& c) {
  static const std::map<std::string, voxel_mode> modes = {{"occupancy", voxel_mode::occupancy},
                                                          {"density", voxel_mode::density},
                                                          {"mean", voxel_mode::mean},
                                                          {"max", voxel_mode::max},
                                                          {"vote", voxel_mode::vote}};
  command
      .add_option_function<std::string>(
          "--mode", [&c](const std::string& text) { c.mode = modes.at(text); },
          "occupancy, density (points in a voxel; default), mean, max or vote of features")
      ->check(CLI::IsMember({"occupancy", "density", "mean", "max", "vote"}))
      ->type_name("MODE");
  command
      .add_option("--features", c.features,
                  "What mean, max and vote are of, such as intensity or 3,4")
      ->type_name("LIST");
  command.add_option("--ignore-label", c.ignored_label, "A label that has no vote, such as 0")
      ->type_name("LABEL");
}

}  // namespace

void add_voxelize(CLI::App& app, voxelize_command& c) {
  CLI::App& command = *app.add_subcommand("voxelize", "Turn a point cloud into a grid of voxels");
  command.footer(footer);
  command.add_option("input", c.input, "Point cloud")->type_name("CLOUD");
  command.add_option("-o,--output", c.output, "Result (.npz or .ply), replaced as a whole")
      ->type_name("OUT");
  command.add_option("--view", c.view, "Draw the occupied voxels")->type_name("OUT.png");
  command
      .add_option_function<std::string>(
          "--view-from",
          [&c](const std::string& text) {
            c.from = text == "top" ? viewpoint::top : viewpoint::isometric;
          },
          "isometric (default) or top")
      ->check(CLI::IsMember({"isometric", "top"}))
      ->type_name("SIDE");
  command.add_flag("--view-all", c.view_all,
                   "Draw voxels far from all others, too, however small the rest becomes");
  command.add_option("--voxel", c.voxel, "Edge of a voxel in metres, or its three edges x y z")
      ->required()
      ->expected(1, 4)
      ->type_name("SIZE");
  add_feature_options(command, c);
  add_grid_options(command, c.grid);
  command.add_flag("--sparse", c.sparse, "Write the occupied voxels alone");
  command
      .add_option("--columns", c.columns,
                  "What a row holds, or how many numbers it has; not of PLY files")
      ->type_name("LIST");
  add_executor_options(command, c.executor);
  command.callback([&c] { run(c); });
}

}  // namespace robocache::cli
