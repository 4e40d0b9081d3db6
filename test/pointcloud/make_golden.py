#!/usr/bin/env python3
"""Prints what NumPy says of lattices and real clouds: the golden values of voxel_grid_test.cpp and
voxelize_real_test.cpp.

    python3 make_golden.py [directory with kitti_scan.ply and scannet_scene0000_00.bin]
"""

import pathlib
import sys

import numpy as np


def mixed(x):
    """SplitMix64's finaliser: every bit of the result depends on every bit of x."""
    x = np.asarray(x, np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def indices(points, origin, size, shift=0.0):
    """floor((p - origin) / size + shift) in the type of the points."""
    real = points.dtype.type
    q = (points - np.asarray(origin, real)) / np.asarray(size, real)
    return np.floor(q + real(shift) if shift else q)


def lattice(real, origin, size, count, shift):
    """How many of the points origin + k * size lie in voxel k, one below, one above."""
    k = np.arange(count)
    i = indices((origin + k * size).astype(real), origin, size, shift)
    return [int((i == k + d).sum()) for d in (0, -1, 1)]


def voxels_of(points, origin, size, extents):
    """The voxel of each point; -1 outside."""
    i = indices(points, origin, [size] * 3)
    inside = ((i >= 0) & (i < extents)).all(axis=1)
    x, y, z = np.where(inside[:, None], i, 0).astype(np.int64).T
    return np.where(inside, (z * extents[1] + y) * extents[0] + x, -1)


def summary(voxels):
    """Points inside, voxels, the largest count, and a checksum of the counts."""
    cells, counts = np.unique(voxels[voxels >= 0], return_counts=True)
    checksum = (mixed(cells + 1) * counts.astype(np.uint64)).sum(dtype=np.uint64)
    return int(counts.sum()), len(cells), int(counts.max()), f"0x{int(checksum):016x}"


def mean_checksum(voxels, values):
    """A checksum of the bits of the means in float, which are of whole numbers and exact before
    they are rounded."""
    cells, number, counts = np.unique(
        voxels[voxels >= 0], return_inverse=True, return_counts=True)
    total = np.uint64(0)
    for c in range(values.shape[1]):
        sums = np.zeros(len(cells), np.int64)
        np.add.at(sums, number, values[voxels >= 0, c].astype(np.int64))
        bits = (sums / counts).astype(np.float32).view(np.uint32).astype(np.uint64)
        total += (mixed(3 * cells + c + 1) * bits).sum(dtype=np.uint64)
    return f"0x{int(total):016x}"


def max_checksum(voxels, values):
    cells, number = np.unique(voxels[voxels >= 0], return_inverse=True)
    largest = np.full(len(cells), -np.inf, np.float32)
    np.maximum.at(largest, number, values[voxels >= 0])
    bits = largest.view(np.uint32).astype(np.uint64)
    return f"0x{int((mixed(cells + 1) * bits).sum(dtype=np.uint64)):016x}"


def first_points(voxels, most, capacity):
    """Voxels by first occurrence, points kept and dropped, and a checksum of the points kept."""
    rows, kept, dropped, checksum = {}, {}, 0, 0
    for i, voxel in enumerate(voxels.tolist()):
        if voxel < 0:
            continue
        row = rows.setdefault(voxel, len(rows))
        if row >= capacity or kept.get(row, 0) == most:
            dropped += 1
            continue
        slot = row * most + kept.get(row, 0)
        kept[row] = kept.get(row, 0) + 1
        checksum += int(mixed(slot + 1)) * (i + 1)
    return len(rows), sum(kept.values()), dropped, f"0x{checksum % 2**64:016x}"


def main():
    np.seterr(over="ignore")
    data = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else
                        pathlib.Path(__file__).parents[2] / ".." / "shared" / "data")
    for real in (np.float32, np.float64):
        for origin in (0.0, -50.0, 0.005):
            for shift in (0.0, 0.5):
                print("lattice", real.__name__, origin, shift,
                      lattice(real, origin, 0.01, 10000, shift))

    ply = (data / "kitti_scan.ply").read_bytes()
    body = ply.index(b"end_header\n") + len(b"end_header\n")
    kitti = np.frombuffer(ply[body:], "<f4").reshape(-1, 4)
    for name, origin, size, extents in (
            ("kitti 0.1", (-60.0, -60.0, -5.0), 0.1, (1200, 1200, 160)),
            ("kitti 0.2", (-60.0, -60.0, -5.0), 0.2, (600, 600, 80)),
            ("kitti cropped", (-20.0, -30.0, -3.0), 0.2, (180, 150, 20))):
        voxels = voxels_of(kitti[:, :3], origin, size, extents)
        print(name, summary(voxels), "max", max_checksum(voxels, kitti[:, 3]), "mean",
              mean_checksum(voxels, kitti[:, 3:]), "first 5 of 6000",
              first_points(voxels, 5, 6000))

    scannet = np.fromfile(data / "scannet_scene0000_00.bin", "<f4").reshape(-1, 6)
    voxels = voxels_of(scannet[:, :3], (-0.05, -0.05, -0.05), 0.05, (172, 178, 64))
    print("scannet 0.05", summary(voxels), "means", mean_checksum(voxels, scannet[:, 3:]))


if __name__ == "__main__":
    main()
