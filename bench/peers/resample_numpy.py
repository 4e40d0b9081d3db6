#!/usr/bin/env python3
"""What a NumPy or SciPy user would write instead of robocache::resample, timed on the CPU.

`numpy.interp` takes one channel at a time; SciPy's interpolators take an item of the batch. Writes
JSON with the names that resample_cpu_bench gives its cases.
"""

import numpy as np
import scipy
from scipy.interpolate import PchipInterpolator, interp1d
from scipy.spatial.transform import Rotation, Slerp

from numpy_timing import parse_options, run

SHAPES = [  # batch, samples, targets, channels
    (64, 4096, 1024, 32),
    (64, 4096, 4096, 64),
    (1024, 500, 250, 14),
]
MIXED_SHAPE = (64, 1000, 500, 12)  # seven joints, a quaternion, a gripper
START = 1_760_000_000_000_000_000  # nanoseconds


def make_stamps(batch, samples, targets, random):
    """Seconds: stamps up to 0.3 of a period off a uniform clock, targets evenly between them."""
    times = 0.01 * (np.arange(samples) + random.uniform(-0.3, 0.3, (batch, samples)))
    phase = random.random((batch, 1))
    wanted = times[:, :1] + (np.arange(targets) + phase) / targets * (times[:, -1:] - times[:, :1])
    return times, wanted


def make_data(batch, samples, targets, channels):
    random = np.random.default_rng(7)
    times, wanted = make_stamps(batch, samples, targets, random)
    source = random.uniform(-1, 1, (batch, samples, channels))
    return source.astype(np.float32), times.astype(np.float32), wanted.astype(np.float32)


def make_mixed_data(stamps):
    """With rotations on a walk; neighbours are at most 0.2 rad apart."""
    batch, samples, targets, channels = MIXED_SHAPE
    random = np.random.default_rng(7)
    seconds = make_stamps(batch, samples, targets, random)
    source = random.uniform(-1, 1, (batch, samples, channels)).astype(np.float32)
    rotation = np.tile([0.0, 0.0, 0.0, 1.0], (batch, 1))
    for i in range(samples):
        rotation += random.uniform(-0.05, 0.05, rotation.shape)
        rotation /= np.linalg.norm(rotation, axis=1, keepdims=True)
        source[:, i, 7:11] = rotation
    if stamps == np.int64:
        seconds = [START + np.rint(1e9 * s).astype(np.int64) for s in seconds]
    return source, *seconds


def numpy_interp(source, times, wanted, output):
    for b in range(source.shape[0]):
        for d in range(source.shape[2]):
            output[b, :, d] = np.interp(wanted[b], times[b], source[b, :, d])


def scipy_interp1d(source, times, wanted, output):
    for b in range(source.shape[0]):
        ends = (source[b, 0], source[b, -1])
        function = interp1d(times[b], source[b], axis=0, assume_sorted=True, copy=False,
                            bounds_error=False, fill_value=ends)
        output[b] = function(wanted[b])


def scipy_pchip(source, times, wanted, output):
    for b in range(source.shape[0]):
        output[b] = PchipInterpolator(times[b], source[b], axis=0)(wanted[b])


def scipy_mixed(source, times, wanted, output):
    for b in range(source.shape[0]):
        at, x = times[b] - times[b, 0], wanted[b] - times[b, 0]
        joints, rotation, gripper = np.split(source[b], (7, 11), axis=1)
        output[b, :, :7] = interp1d(at, joints, axis=0, assume_sorted=True, copy=False)(x)
        output[b, :, 7:11] = Slerp(at, Rotation.from_quat(rotation))(x).as_quat()
        output[b, :, 11:] = interp1d(at, gripper, "previous", axis=0, assume_sorted=True,
                                     copy=False)(x)


def mixed_cases():
    batch, samples, targets, channels = MIXED_SHAPE
    output = np.empty((batch, targets, channels), np.float32)
    for stamps, name in ((np.float64, "f64"), (np.int64, "i64")):
        yield (f"cpu/mixed/f32/{name}/{batch}x{samples}->{targets}x{channels}",
               (*make_mixed_data(stamps), output), dict(scipy=scipy_mixed))


def cases():
    for shape in SHAPES:
        batch, samples, targets, channels = shape
        output = np.empty((batch, targets, channels), np.float32)
        kinds = dict(linear=dict(numpy=numpy_interp, scipy=scipy_interp1d))
        if shape == SHAPES[0]:
            kinds["pchip"] = dict(scipy=scipy_pchip)
        arguments = (*make_data(*shape), output)
        for kind, rivals in kinds.items():
            yield f"cpu/{kind}/f32/f32/{batch}x{samples}->{targets}x{channels}", arguments, rivals
    yield from mixed_cases()


if __name__ == "__main__":
    run(parse_options(__doc__.splitlines()[0], "numpy.json", 3), cases(), scipy=scipy.__version__)
