#!/usr/bin/env python3
"""What a PyTorch user would write instead of robocache::fuse, timed on the GPU.

Two rivals on the shapes of fuse_gpu_bench: eager PyTorch (searchsorted, gather and lerp for each
stream, then cat) and the same under torch.compile. Writes JSON.
"""

import torch

from resample_torch import bytes_of_stream, resample
from torch_timing import DTYPE_NAMES, Case, measure_compiled, measure_eager, parse_options, run

SHAPES = [  # dtype, batch, (samples, channels) of each stream, targets
    (torch.bfloat16, 4, [(30, 512), (100, 64), (200, 12)], 50),
    (torch.bfloat16, 64, [(300, 512), (1000, 64), (3330, 6)], 500),
    (torch.bfloat16, 256, [(300, 512), (1000, 64), (2000, 12)], 500),
    (torch.bfloat16, 32, [(500, 32)] * 16, 500),
]
SPAN = 10.0  # seconds


class FuseCase(Case):
    """Shapes and stamps of one benchmark."""

    def __init__(self, dtype, batch, streams, targets, device):
        random = torch.Generator().manual_seed(7)
        wanted = (SPAN * (torch.arange(targets) + 0.5) / targets).float().repeat(batch, 1)
        times, values = [], []
        for samples, channels in streams:
            jitter = 0.6 * torch.rand(batch, samples, generator=random, dtype=torch.float64) - 0.3
            times.append((SPAN * (torch.arange(samples) + 0.5 + jitter) / samples).float())
            values.append(2 * torch.rand(batch, samples, channels, generator=random) - 1)
        super().__init__(
            f"gpu/fuse/{DTYPE_NAMES[dtype]}/f32/{batch}x({describe(streams)})->{targets}",
            fuse, dtype, device,
            sum(bytes_of_stream(t, wanted, v.shape[2], dtype) for t, v in zip(times, values)) +
            4 * wanted.numel(),
            lambda: ([v.to(device, dtype) for v in values], [t.to(device) for t in times],
                     wanted.to(device)))


def describe(streams):
    texts = [f"{samples}x{channels}" for samples, channels in streams]
    alike = len(texts) > 1 and len(set(texts)) == 1
    return f"{len(texts)} of {texts[0]}" if alike else ",".join(texts)


def fuse(values, times, wanted):
    return torch.cat([resample(v, t, wanted) for v, t in zip(values, times)], dim=-1)


if __name__ == "__main__":
    run(parse_options(__doc__.splitlines()[0], "torch_fuse.json", 60), FuseCase, SHAPES,
        dict(eager=measure_eager, compile=measure_compiled))
