#!/usr/bin/env python3
"""What a PyTorch user would write instead of robocache::fuse, timed on the GPU.

Two rivals on the shapes of fuse_gpu_bench: eager PyTorch (what resample_torch.py does for each
stream, means of windows, then cat) and the same under torch.compile. Writes JSON.
"""

import torch

import interpolation_torch as interpolation
from resample_torch import bytes_of_stream, make_source
from torch_timing import DTYPE_NAMES, Case, measure_compiled, measure_eager, parse_options, run

FEATURES, ARM, WRENCH = (300, 64, "linear"), (1000, 12, "mixed"), (10000, 6, "mean")
SHAPES = [  # dtype, batch, (samples, channels, how) of each stream, targets
    (torch.bfloat16, 4, [(30, 512, "linear"), (100, 64, "linear"), (200, 12, "linear")], 50),
    (torch.bfloat16, 64, [(300, 512, "linear"), (1000, 64, "linear"), (3330, 6, "linear")], 500),
    (torch.bfloat16, 256, [(300, 512, "linear"), (1000, 64, "linear"), (2000, 12, "linear")], 500),
    (torch.bfloat16, 32, [(500, 32, "linear")] * 16, 500),
    (torch.float32, 256, [WRENCH], 500),
    (torch.float32, 256, [ARM], 500),
    (torch.float32, 256, [FEATURES, ARM, WRENCH], 500),
]
SPAN = 10.0  # seconds
WINDOW = 0.02  # seconds, the period of the targets
WIDEST = 22  # samples: no window of 20 ms holds more at 1 kHz


# Means over the windows (x - WINDOW, x], which tile the recording.


def mean_by_scatter(values, times, wanted):
    """A sample belongs to the first target at or after it; what belongs to none goes into one row
    too many, which is cut off."""
    count = wanted.shape[1]
    place = torch.searchsorted(wanted, times)
    place = torch.where(times > wanted[:, :1] - WINDOW, place, count)
    sums = values.new_zeros(values.shape[0], count + 1, values.shape[2])
    sums.scatter_add_(1, place[..., None].expand_as(values), values)
    counts = values.new_zeros(values.shape[0], count + 1)
    counts.scatter_add_(1, place, torch.ones_like(times, dtype=values.dtype))
    return sums[:, :-1] / counts[:, :-1, None]


def window_of(times, wanted):
    return (torch.searchsorted(times, wanted - WINDOW, right=True),
            torch.searchsorted(times, wanted, right=True))


def mean_by_sums(values, times, wanted):
    """Differences of running sums, in double since they grow."""
    begin, end = window_of(times, wanted)
    sums = torch.nn.functional.pad(values.cumsum(1, dtype=torch.float64), (0, 0, 1, 0))
    total = interpolation.rows(sums, end) - interpolation.rows(sums, begin)
    return (total / (end - begin)[..., None]).to(values.dtype)


def mean_by_gather(values, times, wanted):
    """As many samples for each window as the widest has, those beyond its end masked."""
    begin, end = window_of(times, wanted)
    index = begin[..., None] + torch.arange(WIDEST, device=times.device)
    inside = (index < end[..., None])[..., None]
    index = index.clamp(max=times.shape[1] - 1).flatten(1)
    taken = interpolation.rows(values, index).unflatten(1, (-1, WIDEST))
    return torch.where(inside, taken, 0).sum(2) / (end - begin)[..., None]


MEANS = [mean_by_scatter, mean_by_sums, mean_by_gather]


class FuseCase(Case):
    """Shapes and stamps of one benchmark."""

    def __init__(self, dtype, batch, streams, targets, device):
        random = torch.Generator().manual_seed(7)
        wanted = (SPAN * (torch.arange(targets) + 0.5) / targets).float().repeat(batch, 1)
        times, values = [], []
        for samples, channels, how in streams:
            jitter = 0.6 * torch.rand(batch, samples, generator=random, dtype=torch.float64) - 0.3
            times.append((SPAN * (torch.arange(samples) + 0.5 + jitter) / samples).float())
            values.append(make_source(how, batch, samples, channels, random))
        hows = [how for _, _, how in streams]
        form, *others = [fuse_by(hows, mean) for mean in (MEANS if "mean" in hows else MEANS[:1])]
        super().__init__(
            f"gpu/fuse/{DTYPE_NAMES[dtype]}/f32/{batch}x({describe(streams)})->{targets}",
            form, dtype, device,
            sum(bytes_of_fused(t, wanted, v.shape[2], dtype, how)
                for t, v, how in zip(times, values, hows)) + wanted.nbytes,
            lambda: ([v.to(device, dtype, copy=True) for v in values],
                     [t.to(device, copy=True) for t in times], wanted.to(device, copy=True)),
            others)


def bytes_of_fused(times, wanted, channels, dtype, how):
    if how != "mean":
        return bytes_of_stream(times, wanted, channels, dtype, how)
    begin, end = window_of(times, wanted)
    return (int((end - begin).sum()) + wanted.numel()) * channels * dtype.itemsize + times.nbytes


def describe(streams):
    texts = [f"{samples}x{channels}" + ("" if how == "linear" else f"@{how}")
             for samples, channels, how in streams]
    alike = len(texts) > 1 and len(set(texts)) == 1
    return f"{len(texts)} of {texts[0]}" if alike else ",".join(texts)


def fuse_by(hows, mean):
    """A call that averages by `mean`."""
    ways = [dict(linear=interpolation.linear, mixed=interpolation.mixed, mean=mean)[how]
            for how in hows]

    def fuse(values, times, wanted):
        return torch.cat([way(v, t, wanted) for way, v, t in zip(ways, values, times)], dim=-1)

    if "mean" in hows:
        fuse.__name__ = f"fuse_{mean.__name__}"
    return fuse


if __name__ == "__main__":
    run(parse_options(__doc__.splitlines()[0], "torch_fuse.json", 120), FuseCase, SHAPES,
        dict(eager=measure_eager, compile=measure_compiled))
