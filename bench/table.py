#!/usr/bin/env python3
"""Prints the results of `bench/run` as Markdown tables, or writes them into a page.

    bench/table.py FOLDER...                   prints
    bench/table.py FOLDER... --short           prints the standard shapes as the README shows them
    bench/table.py FOLDER... --into PAGE.md    replaces what stands between the page's marks
                                               <!-- results --> and <!-- end of results -->
"""

import argparse
import json
import pathlib
import re

PYTORCH = {"eager": "PyTorch eager", "compile": "torch.compile"}
GPU_RIVALS = {
    "resample": {**PYTORCH, "triton": "Triton"},
    "fuse": PYTORCH,
    "voxelize": {**PYTORCH, "deterministic": "PyTorch deterministic"},
}
CPU_RIVALS = {
    "resample": {"numpy": "NumPy", "scipy": "SciPy"},
    "fuse": {"numpy": "NumPy", "pandas": "pandas"},
    "voxelize": {"add_at": "NumPy add.at", "bincount": "NumPy bincount", "open3d": "Open3D",
                 "pcl": "PCL"},
}
GPU_COUNTERS = {  # shown too, by their titles
    "fuse": {"separate_us": "each stream alone"},
    "voxelize": {"scratch_mb": "scratch MB"},
}
VOXELIZE = ("occupancy", "density", "mean", "max", "sparse", "first")


def load(folder, name):
    """NAME.json; parts of a run in NAME_*.json are appended to it."""
    merged = None
    for path in sorted(folder.glob(f"{name}.json")) + sorted(folder.glob(f"{name}_*.json")):
        results = json.loads(path.read_text(encoding="utf-8"))
        if merged is None:
            merged = results
        else:
            for key in ("benchmarks", "cases"):
                if key in merged:
                    merged[key] += results[key]
            merged["context"] = {**results["context"], **merged["context"]}
    return merged


def cases_of(results):
    """Google Benchmark's entries by case; the library appends its own parts to the names."""
    entries = results["benchmarks"] if results else []
    return {entry["name"].split("/iterations:")[0]: entry for entry in entries}


def rivals_of(results):
    """{case: {rival: microseconds}}, without those that failed."""
    return {case["name"]: {rival: facts["us"] for rival, facts in case["rivals"].items()
                           if facts.get("us")}
            for case in (results["cases"] if results else [])}


def peers_of(results, rival):
    """The same from a rival's own benchmark."""
    return {name: {rival: entry["us"]} for name, entry in cases_of(results).items()
            if "us" in entry}


def joined(*rivals):
    """{case: {rival: microseconds}} of several sources."""
    names = {name for source in rivals for name in source}
    return {name: {rival: us for source in rivals for rival, us in source.get(name, {}).items()}
            for name in names}


def operation_of(name):
    """The operation that a case times: its second part, or what that is a kind of."""
    what = name.split("/")[1]
    return what if what == "fuse" else "voxelize" if what in VOXELIZE else "resample"


def by_operation(cases):
    groups = {}
    for name, entry in cases.items():
        groups.setdefault(operation_of(name), {})[name] = entry
    return groups


def number(value, digits=3):
    if value is None:
        return "-"
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e" in text else text


def percent(value):
    return f"{100 * value:.0f} %"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def failed(name, entry, columns):
    return [f"`{name}`", entry.get("error_message", "failed")] + ["-"] * (columns - 2)


def best_ratio(rivals, ours):
    return f"{min(rivals.values()) / ours:.2f}x" if rivals else "-"


def gpu_table(operation, ours, rivals):
    shown, counters = GPU_RIVALS[operation], GPU_COUNTERS.get(operation, {})
    header = ["case", "us", "MB", "same-bytes us", "share", "plain launches: us",
              "share", *shown.values(), "best rival / us", *counters.values()]
    rows = []
    for name, entry in ours.items():
        if entry.get("error_occurred"):
            rows.append(failed(name, entry, len(header)))
            continue
        theirs = rivals.get(name, {})
        rows.append([f"`{name.removeprefix('gpu/')}`", number(entry["us"]),
                     number(entry["bytes"] / 1e6), number(entry["same_bytes_us"]),
                     percent(entry["share"]), number(entry["plain_same_bytes_us"]),
                     percent(entry["plain_share"]), *(number(theirs.get(r)) for r in shown),
                     best_ratio(theirs, entry["us"]), *(number(entry[c]) for c in counters)])
    return table(header, rows)


def short_name(name):
    """Without the backend and without stamps of float32, which go without saying."""
    parts = name.split("/")[1:]
    if parts[2] == "f32":
        del parts[2]
    return " ".join(parts).replace("_", " ")


def short_table(operation, ours, rivals):
    """The standard shapes: those that rivals were timed on. The floor is that of plain launches."""
    shown = GPU_RIVALS[operation]
    rows = [[short_name(name), number(entry["us"]), number(entry["plain_same_bytes_us"]),
             percent(entry["plain_share"]), *(number(rivals[name].get(r)) for r in shown)]
            for name, entry in ours.items() if "us" in entry and rivals.get(name)]
    return table(["call", "RoboCache", "floor", "share", *shown.values()], rows)


def search_table(ours):
    header = ["case", "find_interval us", "bisection us", "bisection / find_interval"]
    rows = [[f"`{name.removeprefix('gpu/')}`", number(entry["search_us"]),
             number(entry["bisection_us"]), f"{entry['search_share']:.2f}x"]
            for name, entry in ours.items() if "search_us" in entry]
    return table(header, rows)


def cpu_table(operation, ours, rivals):
    shown = CPU_RIVALS[operation]
    header = ["case", "threads", "us", "MB", "memcpy us", "share", *shown.values(),
              "best rival / us"]
    rows = []
    for name, entry in ours.items():
        if entry.get("error_occurred"):
            rows.append(failed(name, entry, len(header)))
            continue
        case = name.rsplit("/", 1)[0]
        theirs = rivals.get(case, {})
        rows.append([f"`{case.removeprefix('cpu/')}`", number(entry["threads"]),
                     number(entry["us"], 4), number(entry["bytes"] / 1e6),
                     number(entry["memcpy_us"], 4), percent(entry["share"]),
                     *(number(theirs.get(r), 4) for r in shown),
                     best_ratio(theirs, entry["us"])])
    return table(header, rows)


def describe(*results):
    """One line of what the runs say of themselves."""
    facts = {}
    for result in filter(None, results):
        context = result["context"]
        facts.update({key: context[key] for key in
                      ("commit", "gpu", "driver", "cpu", "num_cpus", "torch", "triton", "numpy",
                       "scipy", "pandas")
                      if context.get(key)})
        if "date" in context:
            facts["date"] = context["date"][:10]
    return ", ".join(f"{key} {value}" for key, value in facts.items())


def render(folder):
    gpu, torch, cpu, numpy, open3d, pcl = (
        load(folder, name) for name in ("gpu", "torch", "cpu", "numpy", "open3d", "pcl"))
    parts = [f"From `{folder.as_posix()}`: {describe(gpu, torch, cpu, numpy)}."]
    for operation, ours in by_operation(cases_of(gpu)).items():
        parts += [f"### GPU: {operation}", gpu_table(operation, ours, rivals_of(torch))]
        if operation == "resample":
            parts += ["### Search alone", search_table(ours)]
    rivals = joined(rivals_of(numpy), peers_of(open3d, "open3d"), peers_of(pcl, "pcl"))
    for operation, ours in by_operation(cases_of(cpu)).items():
        parts += [f"### CPU: {operation}", cpu_table(operation, ours, rivals)]
    return "\n\n".join(parts) + "\n"


def render_short(folder):
    gpu, torch = load(folder, "gpu"), load(folder, "torch")
    return "\n\n".join(short_table(operation, ours, rivals_of(torch)) for operation, ours
                       in by_operation(cases_of(gpu)).items()) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--into", type=pathlib.Path, metavar="PAGE")
    options = parser.parse_args()
    text = "\n".join(map(render_short if options.short else render, options.folders))
    if options.into is None:
        print(text, end="")
        return
    page = options.into.read_text(encoding="utf-8")
    marks = re.compile(r"(<!-- results -->\n).*(<!-- end of results -->)", re.DOTALL)
    page, count = marks.subn(lambda found: f"{found[1]}\n{text}\n{found[2]}", page)
    if count != 1:
        parser.error(f"{options.into} needs one pair of marks")
    options.into.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
