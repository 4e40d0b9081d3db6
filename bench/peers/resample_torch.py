#!/usr/bin/env python3
"""What a PyTorch user would write instead of robocache::resample, timed on the GPU.

Three rivals on the six standard shapes: eager PyTorch (searchsorted, gather, lerp), the same under
torch.compile, and a Triton kernel tuned over its launch shapes. Each is checked against float64,
captured in a CUDA graph of many calls, fed from inputs rotated past the L2 cache, and timed as the
median of replays: what resample_gpu_bench does with ours. Writes JSON.
"""

import argparse
import functools
import json
import math
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import torch
import triton
import triton.language as tl

SHAPES = [  # dtype, batch, samples, targets, channels
    (torch.bfloat16, 16, 4096, 1024, 32),
    (torch.bfloat16, 64, 4096, 1024, 32),
    (torch.bfloat16, 32, 500, 256, 256),
    (torch.float32, 1024, 500, 250, 14),
    (torch.bfloat16, 256, 4096, 4096, 64),
    (torch.float32, 256, 4096, 4096, 64),
]
DTYPE_NAMES = {torch.bfloat16: "bf16", torch.float32: "f32"}
TOLERANCE = {torch.bfloat16: 1e-2, torch.float32: 1e-5}


class Case:
    """Shapes, stamps and the rotated inputs of one benchmark."""

    def __init__(self, dtype, batch, samples, targets, channels, device):
        self.dtype, self.device = dtype, device
        self.batch, self.samples, self.targets, self.channels = batch, samples, targets, channels
        self.name = (f"gpu/linear/{DTYPE_NAMES[dtype]}/f32/"
                     f"{batch}x{samples}->{targets}x{channels}")
        random = torch.Generator().manual_seed(7)
        jitter = 0.6 * torch.rand(batch, samples, generator=random, dtype=torch.float64) - 0.3
        stamps = 0.01 * (torch.arange(samples) + jitter)
        phase = torch.rand(batch, 1, generator=random, dtype=torch.float64)
        span = stamps[:, -1:] - stamps[:, :1]
        wanted = stamps[:, :1] + (torch.arange(targets) + phase) / targets * span
        self.times = stamps.float()
        self.wanted = wanted.float()
        self.source = 2 * torch.rand(batch, samples, channels, generator=random) - 1
        self.bytes = self.count_bytes()
        self.choose_rotation()
        self.inputs = [(self.source.to(device, dtype), self.times.to(device),
                        self.wanted.to(device)) for _ in range(self.sets)]

    def count_bytes(self):
        """Touched rows, stamps and targets in; the result out."""
        right = torch.searchsorted(self.times, self.wanted, right=True).clamp_(1, self.samples - 1)
        touched = torch.zeros(self.batch, self.samples, dtype=torch.bool)
        touched.scatter_(1, right, True).scatter_(1, right - 1, True)
        rows = int(touched.sum()) + self.batch * self.targets
        stamps = self.batch * (self.samples + self.targets)
        return rows * self.channels * self.dtype.itemsize + stamps * 4

    def choose_rotation(self):
        """Enough sets to pass the L2 cache three times, enough calls for half a millisecond."""
        self.sets, self.calls = 1, 1
        if self.device == "cuda":
            cache = torch.cuda.get_device_properties(0).L2_cache_size
            self.sets = 2 + int(3 * cache / self.bytes)
            calls = 20 + int(500 / (self.bytes / 4e6))
            self.calls = -(-calls // self.sets) * self.sets

    def error_of(self, output):
        """Relative to float64 arithmetic on the same stored values."""
        source, times, wanted = self.inputs[0]
        exact = resample(source.double(), times.double(), wanted.double())
        return float((output.double() - exact).norm() / exact.norm())


def resample(source, times, wanted):
    """The form that PyTorch users write; ends are held."""
    right = torch.searchsorted(times, wanted, right=True).clamp_(1, times.shape[1] - 1)
    left = right - 1
    t0, t1 = times.gather(1, left), times.gather(1, right)
    weight = ((wanted - t0) / (t1 - t0)).clamp(0, 1).to(source.dtype)
    rows = (-1, -1, source.shape[2])
    v0 = source.gather(1, left[..., None].expand(rows))
    v1 = source.gather(1, right[..., None].expand(rows))
    return torch.lerp(v0, v1, weight[..., None])


@triton.jit
def resample_kernel(source, times, wanted, output, SAMPLES: tl.constexpr, TARGETS: tl.constexpr,
                    CHANNELS: tl.constexpr, PADDED: tl.constexpr, STEPS: tl.constexpr,
                    BLOCK: tl.constexpr, EVICT: tl.constexpr, OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    item = tl.program_id(1).to(tl.int64)
    target = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = target < TARGETS
    times += item * SAMPLES
    x = tl.load(wanted + item * TARGETS + target, mask=inside, other=0.0)

    # The last low <= SAMPLES - 2 with times[low] <= x, or 0.
    low = tl.zeros([BLOCK], tl.int32)
    high = tl.full([BLOCK], SAMPLES - 1, tl.int32)
    for _ in tl.static_range(STEPS):
        middle = (low + high) >> 1
        below = tl.load(times + middle) <= x
        low = tl.where(below, middle, low)
        high = tl.where(below, high, middle)
    t0 = tl.load(times + low)
    t1 = tl.load(times + low + 1)
    weight = tl.minimum(tl.maximum((x - t0) / (t1 - t0), 0.0), 1.0)[:, None]

    channel = tl.arange(0, PADDED)[None, :]
    mask = inside[:, None] & (channel < CHANNELS)
    left = source + item * SAMPLES * CHANNELS + low[:, None] * CHANNELS + channel
    v0 = tl.load(left, mask=mask, other=0.0).to(tl.float32)
    v1 = tl.load(left + CHANNELS, mask=mask, other=0.0).to(tl.float32)
    value = v0 + weight * (v1 - v0)
    at = output + item * TARGETS * CHANNELS + target[:, None] * CHANNELS + channel
    tl.store(at, value.to(output.dtype.element_ty), mask=mask, eviction_policy=EVICT)


def triton_arguments(case):
    return dict(SAMPLES=case.samples, TARGETS=case.targets, CHANNELS=case.channels,
                PADDED=triton.next_power_of_2(case.channels),
                STEPS=max(case.samples - 2, 1).bit_length())


def triton_configs(case):
    """Launch shapes with 4 to 64 values per thread."""
    padded = triton.next_power_of_2(case.channels)
    for block in (8, 16, 32, 64, 128, 256):
        for warps in (1, 2, 4, 8):
            if 4 <= block * padded / (32 * warps) <= 64:
                yield dict(BLOCK=block, EVICT="", OVERLAP=False, num_warps=warps)


def run_triton(case, config, output, source, times, wanted):
    grid = (triton.cdiv(case.targets, config["BLOCK"]), case.batch)
    resample_kernel[grid](source, times, wanted, output, **triton_arguments(case), **config)
    return output


def time_calls(function, case, replays):
    """Microseconds per call of `function(*inputs)`: the median of graph replays."""
    kept = [None] * case.sets  # results live until their turn comes again, so outputs rotate too
    for i in range(3):
        kept[i % case.sets] = function(*case.inputs[i % case.sets])
    torch.cuda.synchronize()
    kept = [None] * case.sets
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for call in range(case.calls):
            i = call % case.sets
            kept[i] = None
            kept[i] = function(*case.inputs[i])
    graph.replay()
    begins = [torch.cuda.Event(enable_timing=True) for _ in range(replays)]
    ends = [torch.cuda.Event(enable_timing=True) for _ in range(replays)]
    for begin, end in zip(begins, ends):
        begin.record()
        graph.replay()
        end.record()
    torch.cuda.synchronize()
    per_call = [b.elapsed_time(e) * 1e3 / case.calls for b, e in zip(begins, ends)]
    return statistics.median(per_call)


def measure(function, case, replays, **facts):
    """A rival's entry in the results: its error first, then its time."""
    error = case.error_of(function(*case.inputs[0]))
    if not error <= TOLERANCE[case.dtype]:
        return dict(error=error, failed="wrong result", **facts)
    us = time_calls(function, case, replays) if case.device == "cuda" else None
    return dict(us=us, error=error, **facts)


def measure_compiled(case, replays, deadline):
    """torch.compile at its most thorough, or by default settings when time runs short."""
    mode = "max-autotune-no-cudagraphs" if time.monotonic() < deadline else "default"
    torch._dynamo.reset()
    compiled = torch.compile(resample, mode=mode, dynamic=False)
    start = time.monotonic()
    compiled(*case.inputs[0])
    return measure(compiled, case, replays, mode=mode, compile_s=time.monotonic() - start)


def measure_triton(case, replays, deadline):
    """The fastest launch shape, with streaming stores and overlapped launches where they help."""
    outputs = {id(inputs[0]): torch.empty(case.batch, case.targets, case.channels,
                                          dtype=case.dtype, device=case.device)
               for inputs in case.inputs}

    def bind(config):
        return lambda *inputs: run_triton(case, config, outputs[id(inputs[0])], *inputs)

    configs = list(triton_configs(case))
    if case.device != "cuda":
        return measure(bind(configs[0]), case, replays, config=configs[0])
    source = case.inputs[0]
    with ThreadPoolExecutor() as pool, triton.AsyncCompileMode(pool):
        for config in configs:
            resample_kernel.warmup(*source, outputs[id(source[0])], grid=(1, ),
                                   **triton_arguments(case), **config)
    best, best_us, tried = None, math.inf, 0
    for config in configs:
        if best is not None and time.monotonic() > deadline:
            break
        us, tried = time_calls(bind(config), case, 5), tried + 1
        if us < best_us:
            best, best_us = config, us
    for change in (dict(EVICT="evict_first"), dict(OVERLAP=True, launch_pdl=True)):
        changed = {**best, **change}
        us = time_calls(bind(changed), case, 5)
        if us < best_us:
            best, best_us = changed, us
    return measure(bind(best), case, replays, config=best, configs_tried=tried)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", default="torch.json")
    parser.add_argument("--replays", type=int, default=60)
    parser.add_argument("--budget", type=float, default=100,
                        help="seconds after which tuning is cut short, as the output then says")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"),
                        help="cpu checks results without timing (set TRITON_INTERPRET=1)")
    parser.add_argument("--divide-batch", type=int, default=1, help="for quick checks")
    options = parser.parse_args()

    deadline = time.monotonic() + options.budget
    context = dict(torch=torch.__version__, triton=triton.__version__, cuda=torch.version.cuda,
                   python=sys.version.split()[0], replays=options.replays)
    if options.device == "cuda":
        context["gpu"] = torch.cuda.get_device_name(0)
    results = dict(context=context, cases=[])
    rivals = dict(eager=lambda case: measure(resample, case, options.replays),
                  compile=functools.partial(measure_compiled, replays=options.replays,
                                            deadline=deadline),
                  triton=functools.partial(measure_triton, replays=options.replays,
                                           deadline=deadline))
    for dtype, batch, *rest in SHAPES:
        case = Case(dtype, max(batch // options.divide_batch, 1), *rest, options.device)
        entry = dict(name=case.name, bytes=case.bytes, sets=case.sets, calls=case.calls, rivals={})
        for name, rival in rivals.items():
            entry["rivals"][name] = rival(case)
        print(case.name, json.dumps(entry["rivals"]), flush=True)
        results["cases"].append(entry)
    context["seconds"] = round(time.monotonic() - deadline + options.budget, 1)
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
