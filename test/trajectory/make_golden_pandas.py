#!/usr/bin/env python3
"""Writes golden_pandas.hpp: what pandas.merge_asof picks on irregular streams with duplicates and gaps.

    python3 make_golden_pandas.py > golden_pandas.hpp
"""

import numpy as np
import pandas as pd

DIRECTIONS = ("backward", "forward", "nearest")


def streams():
    """Name, int64 stamps and tolerance (or None); from a fixed seed."""
    random = np.random.default_rng(20261122)
    jittered = np.cumsum(random.integers(2_000_000, 4_000_001, 60))
    yield "jittered", 1_763_000_000_123_456_789 + jittered, 1_500_000
    gaps = np.cumsum(np.where(random.random(60) < 0.1, 300_000_000, random.integers(1, 9e6, 60)))
    yield "gaps", 1_763_000_000_123_456_789 + gaps, 20_000_000
    repeated = np.cumsum(np.where(random.random(60) < 0.5, 0, random.integers(1, 12, 60)))
    yield "duplicates", repeated, 3
    yield "duplicates without a limit", repeated * 1000 - 100_000, None
    yield "all equal", np.full(7, 50), 10
    yield "one", np.array([-3]), 0
    dense = np.sort(random.integers(1_700_000_000_000_000_000, 1_700_000_000_000_000_040, 50))
    yield "a nanosecond apart", dense, 1


def targets_of(stamps):
    """On stamps, one off them, half way between and far outside; sorted, as pandas asks."""
    random = np.random.default_rng(len(stamps))
    middles = (stamps[:-1] + (stamps[1:] - stamps[:-1]) // 2)[:40]
    some = random.choice(stamps, 30)
    inside = random.integers(stamps[0], stamps[-1] + 1, 40)
    ends = [stamps[0] - 1_000_000_000, stamps[0] - 1, stamps[-1] + 1, stamps[-1] + 1_000_000_000]
    return np.sort(np.concatenate([middles, some, some[:10] - 1, some[:10] + 1, inside, ends]))


def picked(stamps, targets, direction, tolerance):
    """The index of the sample that pandas picks for each target; -1 for none."""
    left = pd.DataFrame({"t": targets.astype(np.int64)})
    right = pd.DataFrame({"t": stamps.astype(np.int64), "index": np.arange(len(stamps))})
    merged = pd.merge_asof(left, right, on="t", direction=direction, tolerance=tolerance)
    return merged["index"].fillna(-1).astype(int).to_numpy()


def array(values):
    lines, line = [], "       "
    for word in (str(int(v)) for v in values):
        if len(line) + len(word) + 2 > 98:
            lines.append(line)
            line = "       "
        line += " " + word + ","
    return "{\n" + "\n".join(lines + [line]) + "\n    }"


def main():
    print(f"// Written by make_golden_pandas.py with pandas {pd.__version__}, NumPy {np.__version__}.")
    print("// clang-format off")
    print("#pragma once\n\n#include <cstdint>\n#include <vector>\n")
    print("namespace golden {\n")
    print("/// What merge_asof picks: indices of stamps, -1 for none.")
    print("struct asof {")
    print("  const char* name;")
    print("  std::int64_t tolerance;  // inclusive; -1 for none")
    print("  std::vector<std::int64_t> times;")
    print("  std::vector<std::int64_t> targets;")
    print(f"  std::vector<int> {', '.join(DIRECTIONS)};")
    print("};\n")
    print("inline const std::vector<asof> asofs = {")
    for name, stamps, tolerance in streams():
        targets = targets_of(stamps)
        arrays = [array(stamps), array(targets)]
        arrays += [array(picked(stamps, targets, way, tolerance)) for way in DIRECTIONS]
        limit = -1 if tolerance is None else tolerance
        print(f'    {{"{name}", {limit}, ' + ", ".join(arrays) + "},")
    print("};\n\n}  // namespace golden")


if __name__ == "__main__":
    main()
