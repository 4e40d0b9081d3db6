#!/usr/bin/env python3
"""What a PyTorch user would write instead of robocache::resample, timed on the GPU.

Rivals on the standard shapes: eager PyTorch (searchsorted, gather, lerp and the like), the same
under torch.compile, and for linear and mixed rows a Triton kernel tuned over its launch shapes.
Writes JSON.
"""

import math
import time
from concurrent.futures import ThreadPoolExecutor

import torch
import triton
import triton.language as tl

import interpolation_torch as interpolation
from torch_timing import (DTYPE_NAMES, Case, measure, measure_compiled, measure_eager,
                          parse_options, run, time_calls)

LINEAR_SHAPES = [  # dtype, batch, samples, targets, channels
    (torch.bfloat16, 16, 4096, 1024, 32),
    (torch.bfloat16, 64, 4096, 1024, 32),
    (torch.bfloat16, 32, 500, 256, 256),
    (torch.float32, 1024, 500, 250, 14),
    (torch.bfloat16, 256, 4096, 4096, 64),
    (torch.float32, 256, 4096, 4096, 64),
    *((torch.float32, 256, 1000, 1000, channels) for channels in (16, 3, 7, 13)),
]
KINDS = {
    "linear": interpolation.linear,
    "mixed": interpolation.mixed,
    "cubic": interpolation.cubic,
    "pchip": interpolation.pchip,
    "slerp": interpolation.slerp,
    "skip_no_nan": interpolation.linear_skipping_nan,
    "skip_1_percent": interpolation.linear_skipping_nan,
    "masked_1_percent": interpolation.linear_masked,
}
SHAPES = [  # the same, kind, type of stamps
    *((*shape, "linear", torch.float32) for shape in LINEAR_SHAPES),
    *((torch.float32, 256, 1000, 500, 12, "mixed", stamps)
      for stamps in (torch.float32, torch.int64)),
    *((torch.float32, 256, 1000, 1000, 16, kind, torch.float32)
      for kind in KINDS if kind not in ("linear", "mixed")),
]


class ResampleCase(Case):
    """Shapes and stamps of one benchmark."""

    def __init__(self, dtype, batch, samples, targets, channels, kind, stamps, device):
        self.batch, self.samples, self.targets, self.channels = batch, samples, targets, channels
        self.kind = kind
        random = torch.Generator().manual_seed(7)
        jitter = 0.6 * torch.rand(batch, samples, generator=random, dtype=torch.float64) - 0.3
        seconds = 0.01 * (torch.arange(samples) + jitter)
        phase = torch.rand(batch, 1, generator=random, dtype=torch.float64)
        span = seconds[:, -1:] - seconds[:, :1]
        wanted = seconds[:, :1] + (torch.arange(targets) + phase) / targets * span
        times, wanted = as_stamps(seconds, stamps), as_stamps(wanted, stamps)
        arrays = [make_source(kind, batch, samples, channels, random), times, wanted]
        if kind == "skip_1_percent":
            arrays[0][torch.rand(arrays[0].shape, generator=random) < 0.01] = math.nan
        if kind == "masked_1_percent":
            arrays.append(torch.rand(batch, samples, generator=random) >= 0.01)
        types = [dtype, stamps, stamps, torch.bool]
        super().__init__(
            name_of(kind, dtype, stamps, f"{batch}x{samples}->{targets}x{channels}"),
            KINDS[kind], dtype, device,
            bytes_of_stream(times, wanted, channels, dtype, kind) +
            sum(x.nbytes for x in arrays[2:]),
            lambda: [x.to(device, t, copy=True) for x, t in zip(arrays, types)])


def name_of(kind, dtype, stamps, dims):
    """As resample_gpu_bench names its cases."""
    how, note = ("linear", f"/{kind}") if kind.endswith(("nan", "percent")) else (kind, "")
    return f"gpu/{how}/{DTYPE_NAMES[dtype]}/{DTYPE_NAMES[stamps]}/{dims}{note}"


def as_stamps(seconds, dtype):
    """Floats as they are, integers as nanoseconds of an absolute clock."""
    if dtype.is_floating_point:
        return seconds.to(dtype)
    return 1_760_000_000_000_000_000 + (1e9 * seconds).round().to(dtype)


def make_source(kind, batch, samples, channels, random):
    """Values in [-1, 1), and rotations where the kind asks for quaternions."""
    source = 2 * torch.rand(batch, samples, channels, generator=random) - 1
    first, last = dict(slerp=(0, channels), mixed=(7, 11)).get(kind, (0, 0))
    for c in range(first, last, 4):
        source[..., c:c + 4] = walk_rotations(batch, samples, random)
    return source


def walk_rotations(batch, samples, random):
    """Unit quaternions on a walk; neighbours are at most 0.2 rad apart."""
    steps = 0.1 * torch.rand(samples, batch, 4, generator=random, dtype=torch.float64) - 0.05
    steps[0, :, 3] += 1
    walk = [torch.nn.functional.normalize(steps[0], dim=-1)]
    for step in steps[1:]:
        walk.append(torch.nn.functional.normalize(walk[-1] + step, dim=-1))
    return torch.stack(walk, 1).float()


def bytes_of_stream(times, wanted, channels, dtype, kind="linear"):
    """Touched rows and stamps in; the result out."""
    reaches = {"cubic": [(channels, -2, 1)], "pchip": [(channels, -2, 1)],
               "mixed": [(11, -1, 0), (1, -1, -1)]}.get(kind, [(channels, -1, 0)])
    right = torch.searchsorted(times, wanted, right=True).clamp_(1, times.shape[1] - 1)
    values = wanted.numel() * channels
    for group, first, last in reaches:
        touched = torch.zeros(times.shape, dtype=torch.bool)
        for offset in range(first, last + 1):
            touched.scatter_(1, (right + offset).clamp(0, times.shape[1] - 1), True)
        values += int(touched.sum()) * group
    return values * dtype.itemsize + times.nbytes


@triton.jit
def find_in(times, x, SAMPLES: tl.constexpr, STEPS: tl.constexpr, BLOCK: tl.constexpr):
    """The last low <= SAMPLES - 2 with times[low] <= x, or 0; how far x lies in it."""
    low = tl.zeros([BLOCK], tl.int32)
    high = tl.full([BLOCK], SAMPLES - 1, tl.int32)
    for _ in tl.static_range(STEPS):
        middle = (low + high) >> 1
        below = tl.load(times + middle) <= x
        low = tl.where(below, middle, low)
        high = tl.where(below, high, middle)
    t0 = tl.load(times + low)
    t1 = tl.load(times + low + 1)
    weight = (x - t0).to(tl.float32) / (t1 - t0).to(tl.float32)
    return low, tl.minimum(tl.maximum(weight, 0.0), 1.0)


@triton.jit
def slerp_rows(v0, v1, weight, rotation):
    """The rotations between the columns of each row that `rotation` names."""
    cosine = tl.sum(tl.where(rotation, v0 * v1, 0.0), 1)[:, None]
    v1 = tl.where(cosine < 0, -v1, v1)
    apart = tl.where(rotation, v1 - v0, 0.0)
    short = 0.5 * tl.sum(apart * apart, 1)[:, None]  # of unit vectors, 1 - cosine
    # The arc cosine to 2e-8: Abramowitz and Stegun 4.4.46.
    c = 1.0 - short
    series = 0.0066700901 + c * -0.0012624911
    series = 0.0308918810 + c * (-0.0170881256 + c * series)
    series = 0.0889789874 + c * (-0.0501743046 + c * series)
    angle = tl.sqrt(short) * (1.5707963050 + c * (-0.2145988016 + c * series))
    near = angle < 1e-3  # there the chord is the arc
    scale = tl.where(near, 1.0, tl.sin(angle))
    of_0 = tl.where(near, 1.0 - weight, tl.sin((1.0 - weight) * angle) / scale)
    of_1 = tl.where(near, weight, tl.sin(weight * angle) / scale)
    arc = of_0 * v0 + of_1 * v1
    return arc / tl.sqrt(tl.sum(tl.where(rotation, arc * arc, 0.0), 1)[:, None])


@triton.jit
def resample_kernel(source, times, wanted, output, MIXED: tl.constexpr, SAMPLES: tl.constexpr,
                    TARGETS: tl.constexpr, CHANNELS: tl.constexpr, PADDED: tl.constexpr,
                    STEPS: tl.constexpr, BLOCK: tl.constexpr, EVICT: tl.constexpr,
                    OVERLAP: tl.constexpr):
    if OVERLAP:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()
    item = tl.program_id(1).to(tl.int64)
    target = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = target < TARGETS
    x = tl.load(wanted + item * TARGETS + target, mask=inside, other=0)
    low, weight = find_in(times + item * SAMPLES, x, SAMPLES, STEPS, BLOCK)
    weight = weight[:, None]

    channel = tl.arange(0, PADDED)[None, :]
    mask = inside[:, None] & (channel < CHANNELS)
    left = source + item * SAMPLES * CHANNELS + low[:, None] * CHANNELS + channel
    v0 = tl.load(left, mask=mask, other=0.0).to(tl.float32)
    v1 = tl.load(left + CHANNELS, mask=mask, other=0.0).to(tl.float32)
    value = v0 + weight * (v1 - v0)
    if MIXED:  # seven joints, a quaternion, a gripper that keeps its last value
        rotation = (channel >= 7) & (channel < 11)
        value = tl.where(rotation, slerp_rows(v0, v1, weight, rotation), value)
        value = tl.where(channel == 11, tl.where(weight < 1.0, v0, v1), value)
    at = output + item * TARGETS * CHANNELS + target[:, None] * CHANNELS + channel
    tl.store(at, value.to(output.dtype.element_ty), mask=mask, eviction_policy=EVICT)


def triton_arguments(case):
    return dict(MIXED=case.kind == "mixed", SAMPLES=case.samples, TARGETS=case.targets,
                CHANNELS=case.channels, PADDED=triton.next_power_of_2(case.channels),
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


def measure_triton(case, replays, deadline):
    """The fastest launch shape, with streaming stores and overlapped launches where they help."""
    if case.kind not in ("linear", "mixed"):
        return None
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


if __name__ == "__main__":
    run(parse_options(__doc__.splitlines()[0], "torch.json", 240), ResampleCase, SHAPES,
        dict(eager=measure_eager, compile=measure_compiled, triton=measure_triton),
        triton=triton.__version__)
