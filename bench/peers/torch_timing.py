"""What the PyTorch rivals share: how they are checked, captured, timed and written down.

A rival is checked against float64, captured in a CUDA graph of many calls, fed from inputs rotated
past the L2 cache, and timed as the median of replays: what the GPU benchmarks do with ours.
"""

import argparse
import json
import re
import statistics
import sys
import time

import torch

DTYPE_NAMES = {torch.bfloat16: "bf16", torch.float32: "f32", torch.int64: "i64"}
TOLERANCE = {torch.bfloat16: 1e-2, torch.float32: 1e-5}


class Case:
    """One benchmark: `operation(*inputs)`, as PyTorch users write it, and its rotated inputs.
    `others` are further forms of it; the fastest counts."""

    def __init__(self, name, operation, dtype, device, bytes_moved, make_inputs, others=()):
        self.name, self.operation, self.bytes = name, operation, bytes_moved
        self.forms = [operation, *others]
        self.dtype, self.device = dtype, device
        self.choose_rotation()
        self.inputs = [make_inputs() for _ in range(self.sets)]

    def choose_rotation(self):
        """As the benchmarks of the GPU choose it."""
        self.sets, self.calls = 1, 1
        if self.device == "cuda":
            cache = torch.cuda.get_device_properties(0).L2_cache_size
            self.sets = 1 + int(3 * cache / self.bytes)
            shortest_us = max(self.bytes / 4e6, 1)
            calls = int(min(20 + 500 / shortest_us, 1e4 / shortest_us))
            self.calls = -(-calls // self.sets) * self.sets

    def error_of(self, output):
        """Relative to float64 arithmetic on the same stored values."""
        exact = self.operation(*doubled(self.inputs[0]))
        return float((output.double() - exact).norm() / exact.norm())


def doubled(inputs):
    """Tensors, and lists of them, as float64; stamps and masks of whole numbers as they are."""
    return [doubled(x) if isinstance(x, list) else x.double() if x.is_floating_point() else x
            for x in inputs]


def time_calls(function, case, replays, captured=True):
    """Microseconds per call of `function(*inputs)`: the median of replays of a graph, or of plain
    calls, the host's time among it, where a function waits for results and cannot be captured."""
    kept = [None] * case.sets  # results live until their turn comes again, so outputs rotate too
    for i in range(3):
        kept[i % case.sets] = function(*case.inputs[i % case.sets])
    torch.cuda.synchronize()
    kept = [None] * case.sets

    def call_in_turn():
        for call in range(case.calls):
            i = call % case.sets
            kept[i] = None
            kept[i] = function(*case.inputs[i])

    repeat = call_in_turn
    if captured:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            call_in_turn()
        repeat = graph.replay
    repeat()
    begins = [torch.cuda.Event(enable_timing=True) for _ in range(replays)]
    ends = [torch.cuda.Event(enable_timing=True) for _ in range(replays)]
    for begin, end in zip(begins, ends):
        begin.record()
        repeat()
        end.record()
    torch.cuda.synchronize()
    per_call = [b.elapsed_time(e) * 1e3 / case.calls for b, e in zip(begins, ends)]
    return statistics.median(per_call)


def measure(function, case, replays, captured=True, **facts):
    """A rival's entry in the results: its error first, then its time."""
    error = case.error_of(function(*case.inputs[0]))
    if not error <= TOLERANCE[case.dtype]:
        return dict(error=error, failed="wrong result", **facts)
    us = time_calls(function, case, replays, captured) if case.device == "cuda" else None
    return dict(us=us, error=error, **facts)


def attempt(measure_one, *arguments):
    """The entry, or why there is none: the others' are worth having all the same."""
    try:
        return measure_one(*arguments)
    except Exception as error:
        return dict(failed=f"{type(error).__name__}: {error}")


def fastest(entries):
    """Of those that were timed; else one that failed, or the one with the largest error."""
    timed = [entry for entry in entries if entry.get("us")]
    if timed:
        return min(timed, key=lambda entry: entry["us"])
    return max(entries, key=lambda entry: ("failed" in entry, entry.get("error", 0)))


def measure_eager(case, replays, deadline):
    """The operation as it is; needs no tuning, so no deadline."""
    del deadline
    return fastest([attempt(measure_form, form, case, replays) for form in case.forms])


def measure_form(form, case, replays):
    return measure(form, case, replays, form=form.__name__)


def measure_compiled(case, replays, deadline):
    return fastest([attempt(compile_and_measure, form, case, replays, deadline)
                    for form in case.forms])


def compile_and_measure(form, case, replays, deadline):
    """torch.compile at its most thorough, or by default settings when time runs short."""
    mode = "max-autotune-no-cudagraphs" if time.monotonic() < deadline else "default"
    torch._dynamo.reset()
    compiled = torch.compile(form, mode=mode, dynamic=False)
    start = time.monotonic()
    compiled(*case.inputs[0])
    return measure(compiled, case, replays, form=form.__name__, mode=mode,
                   compile_s=time.monotonic() - start)


def parse_options(description, output, budget):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("-o", "--output", default=output)
    parser.add_argument("--replays", type=int, default=60)
    parser.add_argument("--budget", type=float, default=budget,
                        help="seconds after which tuning is cut short, as the output then says")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"),
                        help="cpu checks results without timing (Triton: set TRITON_INTERPRET=1)")
    parser.add_argument("--divide-batch", type=int, default=1, help="for quick checks")
    parser.add_argument("--filter", default="", metavar="REGEX", help="cases whose name holds it")
    return parser.parse_args()


def run(options, make_case, shapes, rivals, **versions):
    """Times all rivals on all shapes, (dtype, batch, ...), and writes JSON.

    `make_case(*shape, device)` makes a Case; `rivals` are {name: measure(case, replays, deadline)},
    which return None where they do not apply.
    """
    deadline = time.monotonic() + options.budget
    context = dict(torch=torch.__version__, **versions, cuda=torch.version.cuda,
                   python=sys.version.split()[0], replays=options.replays)
    if options.device == "cuda":
        context["gpu"] = torch.cuda.get_device_name(0)
    results = dict(context=context, cases=[])
    for dtype, batch, *rest in shapes:
        case = make_case(dtype, max(batch // options.divide_batch, 1), *rest, options.device)
        if not re.search(options.filter, case.name):
            continue
        entry = dict(name=case.name, bytes=case.bytes, sets=case.sets, calls=case.calls, rivals={})
        for name, rival in rivals.items():
            facts = attempt(rival, case, options.replays, deadline)
            if facts is not None:
                entry["rivals"][name] = facts
        print(case.name, json.dumps(entry["rivals"]), flush=True)
        results["cases"].append(entry)
    context["seconds"] = round(time.monotonic() - deadline + options.budget, 1)
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
        file.write("\n")
