#!/usr/bin/env python3
"""What a NumPy or SciPy user would write instead of robocache::resample, timed on the CPU.

`numpy.interp` takes one channel at a time; SciPy's interpolators take an item of the batch. Writes
JSON with the names that resample_cpu_bench gives its cases.
"""

import argparse
import json
import statistics
import sys
import time

import numpy as np
import scipy
from scipy.interpolate import PchipInterpolator, interp1d

SHAPES = [  # batch, samples, targets, channels
    (64, 4096, 1024, 32),
    (64, 4096, 4096, 64),
    (1024, 500, 250, 14),
]


def make_data(batch, samples, targets, channels):
    """Stamps up to 0.3 of a period off a uniform clock, targets evenly over their range."""
    random = np.random.default_rng(7)
    times = 0.01 * (np.arange(samples) + random.uniform(-0.3, 0.3, (batch, samples)))
    phase = random.random((batch, 1))
    wanted = times[:, :1] + (np.arange(targets) + phase) / targets * (times[:, -1:] - times[:, :1])
    source = random.uniform(-1, 1, (batch, samples, channels))
    return source.astype(np.float32), times.astype(np.float32), wanted.astype(np.float32)


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


def time_calls(function, arguments, repetitions):
    """Microseconds of one call: the median of several."""
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", default="numpy.json")
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()

    context = dict(numpy=np.__version__, scipy=scipy.__version__, python=sys.version.split()[0],
                   repetitions=options.repetitions)
    results = dict(context=context, cases=[])
    for shape in SHAPES:
        batch, samples, targets, channels = shape
        data = make_data(*shape)
        output = np.empty((batch, targets, channels), np.float32)
        kinds = dict(linear=dict(numpy=numpy_interp, scipy=scipy_interp1d))
        if shape == SHAPES[0]:
            kinds["pchip"] = dict(scipy=scipy_pchip)
        for kind, rivals in kinds.items():
            name = f"cpu/{kind}/f32/f32/{batch}x{samples}->{targets}x{channels}"
            entry = dict(name=name, rivals={})
            for rival, function in rivals.items():
                us = time_calls(function, (*data, output), options.repetitions)
                entry["rivals"][rival] = dict(us=us)
            print(name, json.dumps(entry["rivals"]), flush=True)
            results["cases"].append(entry)
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
