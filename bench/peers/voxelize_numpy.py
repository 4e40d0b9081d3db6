#!/usr/bin/env python3
"""What a NumPy user would write instead of robocache's voxelization, timed on the CPU.

Two ways to add up points by voxel: `numpy.add.at` and `numpy.bincount`. Writes JSON with the names
that voxelize_cpu_bench gives its cases.
"""

import dataclasses
import os
import pathlib

import numpy as np

from numpy_timing import parse_options, run


@dataclasses.dataclass(frozen=True)
class Grid:
    """Along x, y, z; voxels are numbered with x fastest."""
    origin: tuple
    size: tuple
    extents: tuple

    @property
    def cells(self):
        return int(np.prod(self.extents, dtype=np.int64))


def cells_of(points, grid):
    """The voxels of the points inside, and which points those are."""
    index = np.floor((points - np.float32(grid.origin)) / np.float32(grid.size))
    inside = ((index >= 0) & (index < grid.extents)).all(axis=1)
    strides = np.array([1, grid.extents[0], grid.extents[0] * grid.extents[1]])
    return index[inside].astype(np.int64) @ strides, inside


def density_by_add_at(rows, grid, output):
    cell, _ = cells_of(rows[:, :3], grid)
    output.fill(0)
    np.add.at(output, cell, np.float32(1))


def density_by_bincount(rows, grid, output):
    cell, _ = cells_of(rows[:, :3], grid)
    output[:] = np.bincount(cell, minlength=grid.cells)


def mean_by_add_at(rows, grid, output):
    cell, inside = cells_of(rows[:, :3], grid)
    output.fill(0)
    counts = np.zeros(grid.cells, np.float32)
    np.add.at(output, cell, rows[inside])
    np.add.at(counts, cell, np.float32(1))
    output /= np.maximum(counts, 1)[:, None]


def mean_by_bincount(rows, grid, output):
    cell, inside = cells_of(rows[:, :3], grid)
    counts = np.maximum(np.bincount(cell, minlength=grid.cells), 1)
    for c in range(output.shape[1]):
        output[:, c] = np.bincount(cell, rows[inside, c], grid.cells) / counts


def sparse_by_add_at(rows, grid, output):
    cell, inside = cells_of(rows[:, :3], grid)
    occupied, place, counts = np.unique(cell, return_inverse=True, return_counts=True)
    sums = np.zeros((len(occupied), rows.shape[1]), np.float32)
    np.add.at(sums, place, rows[inside])
    output[:len(sums)] = sums / counts[:, None]


def sparse_by_bincount(rows, grid, output):
    cell, inside = cells_of(rows[:, :3], grid)
    occupied, place, counts = np.unique(cell, return_inverse=True, return_counts=True)
    for c in range(rows.shape[1]):
        output[:len(occupied), c] = np.bincount(place, rows[inside, c]) / counts


def road_grid(size):
    extents = tuple(round(length / size) for length in (44, 60, 4.8))
    return Grid((-24, -52.8, -3.2), (size, ) * 3, extents)


def wide_grid(size):
    return Grid((-120, ) * 3, (size, ) * 3, (round(240 / size), ) * 3)


def make_scan():
    """One turn of 64 beams 1.73 m above the ground, inside a wavy wall 8 to 48 m away."""
    azimuth, beam = np.meshgrid(2 * np.pi * np.arange(1090) / 1090, np.arange(64), indexing="ij")
    elevation = np.radians(-24.8 + 26.8 * beam / 63)
    wall = 8 + 40 * np.abs(np.sin(3 * azimuth))
    reach = np.where(elevation < 0, np.minimum(wall, -1.73 / np.tan(elevation)), wall)
    rows = np.stack([reach * np.cos(azimuth), reach * np.sin(azimuth),
                     reach * np.tan(elevation), beam / 64], axis=-1)
    return rows.reshape(-1, 4).astype(np.float32)


def all_scans():
    """The made-up scan, and the real one where it is there."""
    yield "made_scan", make_scan()
    folder = pathlib.Path(os.environ.get("ROBOCACHE_TEST_DATA", "../shared/data"))
    path = folder / "kitti_scan.ply"
    if path.exists():
        _, rows = path.read_bytes().split(b"end_header\n", 1)
        yield "kitti_scan", np.frombuffer(rows, "<f4").reshape(-1, 4)


def agree(rivals, arguments):
    """Holds the rivals' results against each other."""
    output = arguments[-1]
    results = []
    for function in rivals.values():
        output.fill(0)
        function(*arguments)
        results.append(output.copy())
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-4)


def cases():
    for scan, rows in all_scans():
        for size in (0.1, 0.2):
            road, wide = road_grid(size), wide_grid(size)
            channels = rows.shape[1]
            for what, grid, shape, add_at, bincount in (
                    ("density", road, road.cells, density_by_add_at, density_by_bincount),
                    ("mean", road, (road.cells, channels), mean_by_add_at, mean_by_bincount),
                    ("sparse", wide, rows.shape, sparse_by_add_at, sparse_by_bincount)):
                rivals = dict(add_at=add_at, bincount=bincount)
                arguments = (rows, grid, np.zeros(shape, np.float32))
                agree(rivals, arguments)
                yield f"cpu/{what}/f32/{scan}/{size}m", arguments, rivals


if __name__ == "__main__":
    run(parse_options(__doc__.splitlines()[0], "numpy_voxelize.json", 5), cases())
