#!/usr/bin/env python3
"""Writes golden_scipy.hpp: what SciPy gives for a few recordings with irregular stamps.

    python3 make_golden.py > golden_scipy.hpp
"""

import numpy as np
import scipy
from scipy.interpolate import PchipInterpolator, interp1d

KINDS = ("linear", "nearest", "previous", "next", "pchip")


def recordings():
    """Name, int64 stamps, samples and targets; from a fixed seed."""
    random = np.random.default_rng(20260822)
    jittered = np.cumsum(random.integers(8_000_000, 12_000_001, 40))
    yield "jittered", jittered, np.sin(jittered * 3e-8) + random.normal(0, 0.05, 40)
    bursty = np.cumsum((2.0 ** random.uniform(0, 24, 30)).astype(np.int64) + 1)
    yield "bursty", bursty, random.normal(0, 2, 30)
    steps = np.cumsum(random.integers(1, 1000, 25))
    yield "steps", steps, np.repeat(random.normal(0, 1, 5), 5)
    yield "three", np.array([0, 10, 25]), np.array([1.0, 4.0, 3.0])
    yield "two", np.array([-5, 7]), np.array([1.5, -2.5])


def answers(times, samples, targets):
    for kind in KINDS:
        if kind == "pchip":
            yield kind, PchipInterpolator(times, samples)(targets)
        else:
            yield kind, interp1d(times, samples, kind=kind, assume_sorted=True)(targets)


def targets_of(times):
    random = np.random.default_rng(len(times))
    inside = random.integers(times[0], times[-1] + 1, 60)
    return np.concatenate([inside, times[:10], times[-3:]])


def array(values, exact):
    words = [float(v).hex() if exact else str(int(v)) for v in values]
    lines, line = [], "       "
    for word in words:
        if len(line) + len(word) + 2 > 98:
            lines.append(line)
            line = "       "
        line += " " + word + ","
    return "{\n" + "\n".join(lines + [line]) + "\n    }"


def main():
    print(f"// Written by make_golden.py with SciPy {scipy.__version__} and NumPy {np.__version__}.")
    print("// clang-format off")
    print("#pragma once\n\n#include <cstdint>\n#include <vector>\n")
    print("namespace golden {\n")
    print("struct recording {")
    print("  const char* name;")
    print("  std::vector<std::int64_t> times;")
    print("  std::vector<double> samples;")
    print("  std::vector<std::int64_t> targets;")
    print(f"  std::vector<double> {', '.join(KINDS)};")
    print("};\n")
    print("inline const std::vector<recording> recordings = {")
    for name, times, samples in recordings():
        targets = targets_of(times)
        arrays = [array(times, False), array(samples, True), array(targets, False)]
        arrays += [array(values, True) for _, values in answers(times, samples, targets)]
        print(f'    {{"{name}", ' + ", ".join(arrays) + "},")
    print("};\n\n}  // namespace golden")


if __name__ == "__main__":
    main()
