#!/usr/bin/env python3
"""Resamples a real recording with the command-line tool and compares it with SciPy.

    compare_scipy.py TOOL DATA_FOLDER

Linear must lie within 1 ulp of FP32 of SciPy's answer, PCHIP within 4: ulp of the larger of the two
samples around the target, since near a change of sign the answer itself may be as small as it likes.
Exit code 77 says that the comparison was skipped: NumPy, SciPy or the recording is absent.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
RECORDING = "aloha_pick_clutter.npz"
LARGEST_ERROR = {"linear": 1.0, "pchip": 4.0}  # in ulp of FP32
RATES = (50, 333)

try:
    import numpy as np
    from scipy.interpolate import PchipInterpolator, interp1d
except ImportError as error:
    print(f"SKIPPED: {error}")
    sys.exit(SKIPPED)


def scipy_answer(kind, times, values, targets):
    targets = np.clip(targets, times[0], times[-1])
    if kind == "pchip":
        return PchipInterpolator(times, values, axis=0)(targets)
    return interp1d(times, values, axis=0, assume_sorted=True)(targets)


def tool_answer(tool, recording, kind, rate, folder):
    output = pathlib.Path(folder) / f"{kind}-{rate}.npz"
    command = [tool, "resample", recording, "--values", "ctrl", "--times", "times"]
    command += ["--rate", str(rate), "--kind", kind, "--element", "float32", "-o", output]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with np.load(output) as arrays:
        return arrays["ctrl"], arrays["times"]


def errors_in_ulp(got, expected, times, values, targets):
    left = np.clip(np.searchsorted(times, targets, side="right") - 1, 0, len(times) - 2)
    larger = np.maximum(np.abs(values[left]), np.abs(values[left + 1])).astype(np.float32)
    return np.abs(got.astype(np.float64) - expected) / np.spacing(larger).astype(np.float64)


def main():
    tool, folder = sys.argv[1:]
    folder = os.environ.get("ROBOCACHE_TEST_DATA", folder)
    recording = pathlib.Path(folder) / RECORDING
    if not recording.exists():
        print(f"SKIPPED: there is no {recording}")
        return SKIPPED
    with np.load(recording) as arrays:
        times = arrays["times"]
        values = arrays["ctrl"].astype(np.float32).astype(np.float64)
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        for kind, largest in LARGEST_ERROR.items():
            for rate in RATES:
                got, targets = tool_answer(tool, recording, kind, rate, scratch)
                steps = int((times[-1] - times[0]) * rate + 1e-6) + 1
                asked = times[0] + np.arange(steps) / rate
                well_formed = (
                    got.dtype == np.float32
                    and got.shape == (steps, values.shape[1])
                    and np.allclose(targets, asked, rtol=0, atol=1e-9)
                )
                if not well_formed:
                    print(f"FAILED: {kind} at {rate} Hz: {got.dtype} {got.shape}")
                    good = False
                    continue
                errors = errors_in_ulp(
                    got, scipy_answer(kind, times, values, targets), times, values, targets
                )
                at = np.unravel_index(np.argmax(errors), errors.shape)
                print(
                    f"{kind:6} {rate:3} Hz: {got.shape[0]} x {got.shape[1]}, largest error "
                    f"{errors.max():.3f} ulp in row {at[0]}, channel {at[1]}, mean {errors.mean():.3f}"
                )
                good = good and bool(errors.max() <= largest)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
