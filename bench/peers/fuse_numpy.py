#!/usr/bin/env python3
"""What a pandas or NumPy user would write instead of the windows of robocache::fuse, on the CPU.

Means over (x - 20 ms, x] of a 1 kHz sensor: pandas resamples the frame of each item, NumPy adds up
the samples between the windows' ends. Writes JSON with the names of resample_cpu_bench.
"""

import numpy as np
import pandas as pd

from numpy_timing import parse_options, run

SHAPES = [(16, 10000, 500, 6)]  # batch, samples, targets, channels
START = 1_760_000_000_000_000_000  # nanoseconds
SPAN = 10_000_000_000


def make_data(batch, samples, targets, channels):
    """Stamps up to 0.3 of a period off a uniform clock, targets one window apart."""
    random = np.random.default_rng(7)
    places = np.arange(samples) + 0.5 + random.uniform(-0.3, 0.3, (batch, samples))
    times = START + np.rint(places * SPAN / samples).astype(np.int64)
    wanted = START + np.tile((np.arange(targets) * 2 + 1) * SPAN // (2 * targets), (batch, 1))
    values = random.uniform(-1, 1, (batch, samples, channels)).astype(np.float32)
    return values, times, wanted


def numpy_mean(values, times, wanted, output):
    """As windows tile and none is empty, a sum ends where the next begins."""
    window = wanted[0, 1] - wanted[0, 0]
    for b in range(values.shape[0]):
        begin = np.searchsorted(times[b], wanted[b] - window, side="right")
        end = np.searchsorted(times[b], wanted[b], side="right")
        sums = np.add.reduceat(values[b, :end[-1]], begin, axis=0, dtype=np.float64)
        output[b] = sums / (end - begin)[:, None]


def pandas_mean(values, times):
    """The frames are there before the call, as a user has them."""
    frames = [pd.DataFrame(v, pd.to_datetime(t)) for v, t in zip(values, times)]

    def call(_, __, wanted, output):
        window = pd.Timedelta(wanted[0, 1] - wanted[0, 0], "ns")
        for b, frame in enumerate(frames):
            windows = frame.resample(window, closed="right", label="right",
                                     origin=pd.Timestamp(wanted[b, 0]))
            output[b] = windows.mean().iloc[:wanted.shape[1]]

    return call


def cases():
    for batch, samples, targets, channels in SHAPES:
        values, times, wanted = make_data(batch, samples, targets, channels)
        output = np.empty((batch, targets, channels), np.float32)
        yield (f"cpu/fuse/f32/i64/{batch}x({samples}x{channels}@mean)->{targets}",
               (values, times, wanted, output),
               dict(pandas=pandas_mean(values, times), numpy=numpy_mean))


if __name__ == "__main__":
    run(parse_options(__doc__.splitlines()[0], "numpy_fuse.json", 5), cases(),
        pandas=pd.__version__)
