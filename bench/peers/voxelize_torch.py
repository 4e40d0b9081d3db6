#!/usr/bin/env python3
"""What a PyTorch user would write instead of robocache's voxelization, timed on the GPU.

Rivals on the shapes of voxelize_gpu_bench: eager PyTorch (cell numbers, then scattered writes or
sorted segments, in the fastest of the forms below), the same under torch.compile, and for means
eager PyTorch with deterministic algorithms. Writes JSON.
"""

import time

import numpy as np
import torch

import voxelize_numpy
from torch_timing import (DTYPE_NAMES, Case, measure, measure_compiled, parse_options, run,
                          time_calls)
from voxelize_numpy import Grid

OCCUPIED = 60_000  # voxels over which points are clustered
CAPACITY = 120_000  # voxels of a list
KEPT = 32  # first points of a voxel


def cube(side):
    """`side` voxels of 5 cm along each axis, around the origin."""
    return Grid((-0.025 * side, ) * 3, (0.05, ) * 3, (side, ) * 3)


DETECTION = Grid((0, -40, -3), (0.05, 0.05, 0.1), (1408, 1600, 40))
SHAPES = [  # dtype, batch, points, grid, channels, what
    *[(torch.float32, *shape, 1, what) for what in ("occupancy", "density") for shape in (
        (8, 50_000, cube(64)), (1, 500_000, cube(128)),
        (32, 100_000, cube(128)), (64, 200_000, cube(256)))],
    *[(torch.float32, *shape, what) for what in ("mean", "max") for shape in (
        (8, 50_000, cube(64), 8), (8, 100_000, cube(128), 16))],
    (torch.float32, 1, 250_000, DETECTION, 4, "sparse"),
    (torch.float32, 1, 250_000, DETECTION, 4, "first"),
]


class Cells:
    """Numbers of the voxels of a batch, with x fastest; points outside get one beyond the last."""

    def __init__(self, grid, batch, device):
        self.grid, self.total = grid, batch * grid.cells
        # Tensors: PyTorch multiplies by the inverse of a number on the host, which is not the same.
        self.origin, self.size, self.extents = (
            torch.tensor(v, dtype=torch.float32, device=device)
            for v in (grid.origin, grid.size, grid.extents))
        self.first = grid.cells * torch.arange(batch, device=device)[:, None]

    def of(self, points):
        index = torch.floor((points - self.origin) / self.size)
        inside = ((index >= 0) & (index < self.extents)).all(-1)
        x, y, z = index.long().unbind(-1)
        cell = (z * self.grid.extents[1] + y) * self.grid.extents[0] + x + self.first
        return torch.where(inside, cell, self.total).view(-1)

    def coordinates(self, cell):
        """Cloud, z, y, x."""
        x_extent, y_extent, z_extent = self.grid.extents
        row, x = cell // x_extent, cell % x_extent
        layer, y = row // y_extent, row % y_extent
        return torch.stack([layer // z_extent, layer % z_extent, y, x], -1).int()


# Dense grids: what is scattered into one cell too many, which is then cut off.


def occupancy_by_fill(cells, points):
    return points.new_zeros(cells.total + 1).index_fill_(0, cells.of(points), 1)[:-1]


def occupancy_by_scatter(cells, points):
    return points.new_zeros(cells.total + 1).scatter_(0, cells.of(points), 1)[:-1]


def density_by_index_add(cells, points):
    cell = cells.of(points)
    return points.new_zeros(cells.total + 1).index_add_(0, cell, points.new_ones(cell.shape))[:-1]


def density_by_scatter_add(cells, points):
    cell = cells.of(points)
    return points.new_zeros(cells.total + 1).scatter_add_(0, cell, points.new_ones(cell.shape))[:-1]


def mean_by_index_add(cells, points, features):
    cell = cells.of(points)
    features = features.flatten(0, 1)
    sums = features.new_zeros(cells.total + 1, features.shape[1]).index_add_(0, cell, features)
    counts = points.new_zeros(cells.total + 1).index_add_(0, cell, points.new_ones(cell.shape))
    return sums.div_(counts.clamp_(min=1)[:, None])[:-1]


def max_by_scatter_reduce(cells, points, features):
    features = features.flatten(0, 1)
    cell = cells.of(points)[:, None].expand_as(features)
    empty = features.new_zeros(cells.total + 1, features.shape[1])
    return empty.scatter_reduce_(0, cell, features, "amax", include_self=False)[:-1]


def max_by_index_reduce(cells, points, features):
    features = features.flatten(0, 1)
    empty = features.new_zeros(cells.total + 1, features.shape[1])
    return empty.index_reduce_(0, cells.of(points), features, "amax", include_self=False)[:-1]


# Lists of voxels from rows of x, y, z, intensity: number, coordinates, counts, values.


def sparse_by_unique(cells, rows):
    cell = cells.of(rows[..., :3])
    inside = cell < cells.total
    features = rows.flatten(0, 1)[inside]
    occupied, place, counts = torch.unique(cell[inside], return_inverse=True, return_counts=True)
    sums = features.new_zeros(len(occupied), features.shape[1]).index_add_(0, place, features)
    return len(occupied), cells.coordinates(occupied), counts, sums / counts[:, None]


def segments(cell):
    """Points in the order of their cells, and the run of equal cells that each belongs to."""
    cell, order = torch.sort(cell.int(), stable=True)
    starts = torch.ones_like(cell, dtype=torch.bool)
    starts[1:] = cell[1:] != cell[:-1]
    return cell, order, starts, torch.cumsum(starts, 0) - 1


def sparse_by_sort(cells, rows):
    """Without waiting for the number of voxels."""
    cell, order, starts, segment = segments(cells.of(rows[..., :3]))
    inside = cell < cells.total
    features = rows.flatten(0, 1)[order]
    row = torch.where(inside, segment, CAPACITY).clamp_(max=CAPACITY)
    sums = rows.new_zeros(CAPACITY + 1, rows.shape[2]).index_add_(0, row, features)
    counts = rows.new_zeros(CAPACITY + 1).index_add_(0, row, rows.new_ones(row.shape))
    occupied = cell.new_zeros(CAPACITY + 1).scatter_(0, row, cell)
    return ((starts & inside).sum(), cells.coordinates(occupied), counts.int(),
            sums / counts.clamp(min=1)[:, None])


def first_by_sort(cells, rows):
    """The first points of a voxel lead its segment; voxels come in the order of their first ones."""
    cell = cells.of(rows[..., :3])
    _, order, starts, segment = segments(cell)
    point = torch.arange(len(cell), device=cell.device)
    begin = point.new_zeros(len(cell) + 1)
    begin = begin.scatter_(0, torch.where(starts, segment, len(cell)), point)[segment]
    rank = torch.empty_like(point).scatter_(0, order, point - begin)
    leader = torch.empty_like(point).scatter_(0, order, order[begin])
    inside = cell < cells.total
    leads = (leader == point) & inside
    row = (torch.cumsum(leads, 0) - 1)[leader]
    fits = inside & (row < CAPACITY)
    slot = torch.where(fits & (rank < KEPT), row * KEPT + rank, CAPACITY * KEPT)
    values = rows.new_zeros(CAPACITY * KEPT + 1, rows.shape[2])
    values.index_copy_(0, slot, rows.flatten(0, 1))
    row = torch.where(fits, row, CAPACITY)
    counts = rows.new_zeros(CAPACITY + 1).index_add_(0, row, rows.new_ones(row.shape))
    occupied = cell.new_zeros(CAPACITY + 1).scatter_(0, row, cell)
    return (leads.sum(), cells.coordinates(occupied), counts.clamp_(max=KEPT).int(),
            values[:-1].view(CAPACITY, KEPT, rows.shape[2]))


FORMS = dict(
    occupancy=[occupancy_by_fill, occupancy_by_scatter],
    density=[density_by_index_add, density_by_scatter_add],
    mean=[mean_by_index_add],
    max=[max_by_scatter_reduce, max_by_index_reduce],
    sparse=[sparse_by_sort, sparse_by_unique],
    first=[first_by_sort],
)
WAITING = [sparse_by_unique]  # for a result on the host, so they cannot be captured


def points_in(random, grid, index):
    """A point in each voxel, off its faces: torch.compile's division is not IEEE's and would find
    some of those on a face in the next voxel."""
    return np.array(grid.origin) + (index + random.uniform(0.01, 0.99, index.shape)) * grid.size


def uniform_points(random, batch, points, grid):
    index = random.integers(0, grid.extents, (batch, points, 3))
    return points_in(random, grid, index).astype(np.float32)


def clustered_rows(random, batch, points, grid):
    """Rows of x, y, z, intensity over random voxels, so that several share one."""
    rows = random.random((batch, points, 4))
    for cloud in rows:
        occupied = random.integers(0, grid.extents, (OCCUPIED, 3))
        cloud[:, :3] = points_in(random, grid, occupied[random.integers(0, OCCUPIED, points)])
    return rows.astype(np.float32)


def difference(got, exact):
    """Relative, or 0 or 1 for whole numbers."""
    if exact.dtype.kind in "bi":
        return float(not np.array_equal(got, exact))
    return float(np.linalg.norm(got - exact) / np.linalg.norm(exact))


class VoxelCase(Case):
    """One kind of voxelization on one shape."""

    def __init__(self, dtype, batch, points, grid, channels, what, device):
        random = np.random.default_rng(7)
        self.what, self.grid = what, grid
        self.cells = Cells(grid, batch, device)
        if what in ("sparse", "first"):
            arrays = [clustered_rows(random, batch, points, grid)]
            bytes_out = self.list_size(arrays[0], channels)
        else:
            arrays = [uniform_points(random, batch, points, grid)]
            if what in ("mean", "max"):
                features = 2 * random.random((batch, points, channels), dtype=np.float32) - 1
                arrays.append(features)
            bytes_out = 4 * batch * grid.cells * channels
        extents = f"{grid.extents[0]}^3" if len(set(grid.extents)) == 1 else "x".join(
            map(str, grid.extents))
        suffix = f"x{channels}" if channels > 1 else ""
        super().__init__(
            f"gpu/{what}/{DTYPE_NAMES[dtype]}/{batch}x{points // 1000}k->{extents}{suffix}",
            self.bind(FORMS[what][0]), dtype, device, sum(a.nbytes for a in arrays) + bytes_out,
            lambda: [torch.from_numpy(a).to(device) for a in arrays])

    def bind(self, form):
        return lambda *inputs: form(self.cells, *inputs)

    def list_size(self, rows, channels):
        """Bytes of the rows of coordinates, counts and values that occupied voxels take; with
        first points also of their indices."""
        voxels = sum(len(np.unique(voxelize_numpy.cells_of(cloud[:, :3], self.grid)[0]))
                     for cloud in rows)
        points = KEPT if self.what == "first" else 1
        return 4 * voxels * (5 + points * channels + (KEPT if self.what == "first" else 0))

    def error_of(self, output):
        """Relative to NumPy's result for the last cloud, whose cells are found in float32 too."""
        arrays = [tensor[-1].cpu().numpy() for tensor in self.inputs[0]]
        cell, inside = voxelize_numpy.cells_of(arrays[0][:, :3], self.grid)
        features = arrays[-1][inside].astype(np.float64)
        if self.what in ("sparse", "first"):
            got, exact = self.lists(output, cell, features)
        else:
            exact = [self.dense(cell, features)]
            got = [output.view(-1, *exact[0].shape)[-1]]
        return max(difference(torch.as_tensor(g).cpu().numpy(), e) for g, e in zip(got, exact))

    def dense(self, cell, features):
        counts = np.bincount(cell, minlength=self.grid.cells)
        if self.what == "density":
            return counts
        if self.what == "occupancy":
            return counts > 0
        if self.what == "mean":
            return np.stack([np.bincount(cell, f, self.grid.cells) / np.maximum(counts, 1)
                             for f in features.T], axis=1)
        largest = np.full((self.grid.cells, features.shape[1]), -np.inf)
        np.maximum.at(largest, cell, features)
        return np.where(counts[:, None] > 0, largest, 0)

    def lists(self, output, cell, features):
        """The occupied rows of `output`, and what NumPy makes of them."""
        order, firsts, place, counts = np.unique(cell, True, True, True)
        if self.what == "sparse":
            values = np.stack([np.bincount(place, f) / counts for f in features.T], axis=1)
        else:
            by_first = np.argsort(firsts)
            place = np.argsort(by_first)[place]
            order, counts = order[by_first], np.minimum(counts[by_first], KEPT)
            values = np.zeros((len(order), KEPT, features.shape[1]))
            taken = np.zeros(len(order), int)
            for point, row in enumerate(place):
                if taken[row] < KEPT:
                    values[row, taken[row]] = features[point]
                    taken[row] += 1
        x, y, z = np.unravel_index(order, self.grid.extents, order="F")
        exact = [np.array(len(order)), np.stack([np.zeros_like(x), z, y, x], axis=1), counts, values]
        number, *rows = output
        return [number, *(part[:len(order)] for part in rows)], exact


def measure_eager(case, replays, deadline):
    """The fastest form."""
    del deadline
    forms = FORMS[case.what]

    def time_form(form):
        return time_calls(case.bind(form), case, 5, form not in WAITING)

    if case.device != "cuda":
        return [measure(case.bind(form), case, replays, form=form.__name__) for form in forms]
    best = min(forms, key=time_form if len(forms) > 1 else lambda form: 0)
    return measure(case.bind(best), case, replays, best not in WAITING, form=best.__name__,
                   captured_in_graph=best not in WAITING)


def measure_deterministic(case, replays, deadline):
    """For means alone: the rest does not depend on the order of additions."""
    del deadline
    if case.what != "mean":
        return None
    torch.use_deterministic_algorithms(True)
    try:
        return measure(case.operation, case, replays)
    finally:
        torch.use_deterministic_algorithms(False)


def measure_compiled_in_time(case, replays, deadline):
    """What torch.compile makes of the first form, while there is time."""
    if time.monotonic() > deadline:
        return dict(us=None, failed="no time left")
    return measure_compiled(case, replays, deadline)


if __name__ == "__main__":
    run(parse_options(__doc__.splitlines()[0], "torch_voxelize.json", 60), VoxelCase, SHAPES,
        dict(eager=measure_eager, deterministic=measure_deterministic,
             compile=measure_compiled_in_time))
