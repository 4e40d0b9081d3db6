"""What PyTorch users write to answer [B, U] targets from [B, S, D] samples at [B, S] stamps.

Each function takes (source, times, wanted) and holds the ends.
"""

import torch


def rows(source, index):
    return source.gather(1, index[..., None].expand(-1, -1, source.shape[2]))


def real_of(source):
    """The type of weights."""
    return torch.promote_types(source.dtype, torch.float32)


def ratio(part, whole, real):
    return part.to(real) / whole.to(real)


def bracket(source, times, wanted):
    """The samples around each target, and how far it lies from the first to the second."""
    right = torch.searchsorted(times, wanted, right=True).clamp_(1, times.shape[1] - 1)
    left = right - 1
    t0, t1 = times.gather(1, left), times.gather(1, right)
    return left, right, ratio(wanted - t0, t1 - t0, real_of(source)).clamp(0, 1)


def linear(source, times, wanted):
    left, right, weight = bracket(source, times, wanted)
    weight = weight.to(source.dtype)[..., None]
    return torch.lerp(rows(source, left), rows(source, right), weight)


def slerp_between(a, b, weight):
    """Quaternions [..., 4], along the shorter arc."""
    cosine = (a * b).sum(-1, keepdim=True)
    b = torch.where(cosine < 0, -b, b)
    angle = torch.acos(cosine.abs().clamp(max=1))
    scale = torch.sin(angle)
    near = scale < 1e-3  # there the chord is the arc
    of_a = torch.where(near, 1 - weight, torch.sin((1 - weight) * angle) / scale)
    of_b = torch.where(near, weight, torch.sin(weight * angle) / scale)
    return torch.nn.functional.normalize(of_a * a + of_b * b, dim=-1)


def slerp(source, times, wanted):
    left, right, weight = bracket(source, times, wanted)
    a, b = (rows(source, side).unflatten(2, (-1, 4)) for side in (left, right))
    return slerp_between(a, b, weight[..., None, None]).flatten(2)


def mixed(source, times, wanted):
    """Seven joints, a quaternion, a gripper that keeps its last value."""
    left, right, weight = bracket(source, times, wanted)
    joints0, rotation0, gripper0 = rows(source, left).split((7, 4, 1), 2)
    joints1, rotation1, gripper1 = rows(source, right).split((7, 4, 1), 2)
    weight = weight[..., None]
    return torch.cat([
        torch.lerp(joints0, joints1, weight),
        slerp_between(rotation0, rotation1, weight),
        torch.where(weight < 1, gripper0, gripper1),
    ], 2)


def hermite(source, times, wanted, tangents):
    """The cubic with the tangents that `tangents` makes of three intervals' lengths and slopes;
    a length of 0 says that there is none."""
    left, right, weight = bracket(source, times, wanted)
    around = ((left - 1).clamp(min=0), left, right, (right + 1).clamp(max=times.shape[1] - 1))
    stamps = [times.gather(1, i) for i in around]
    values = [rows(source, i) for i in around]
    h = [(b - a).to(source.dtype)[..., None] for a, b in zip(stamps, stamps[1:])]
    d = [(b - a) / length for a, b, length in zip(values, values[1:], h)]
    m0, m1 = tangents(h, d)
    weight, rise = weight[..., None], values[2] - values[1]
    bend = torch.lerp(h[1] * m0 - rise, rise - h[1] * m1, weight)
    return torch.lerp(values[1], values[2], weight) + weight * (1 - weight) * bend


def catmull_rom(h, d):
    m0 = (h[1] * d[0] + h[0] * d[1]) / (h[0] + h[1])
    m1 = (h[2] * d[1] + h[1] * d[2]) / (h[1] + h[2])
    return torch.where(h[0] > 0, m0, d[1]), torch.where(h[2] > 0, m1, d[1])


def harmonic(h0, d0, h1, d1):
    """PCHIP's tangent between two intervals."""
    of_0, of_1 = 2 * h1 + h0, h1 + 2 * h0
    return torch.where(d0 * d1 > 0, (of_0 + of_1) / (of_0 / d0 + of_1 / d1), 0)


def one_sided(h0, d0, h1, d1):
    """PCHIP's tangent at an end; interval 0 touches it."""
    m = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    m = torch.where(m * d0 > 0, m, 0)
    return torch.where((d0 * d1 < 0) & (m.abs() > 3 * d0.abs()), 3 * d0, m)


def monotone(h, d):
    m0 = torch.where(h[0] > 0, harmonic(h[0], d[0], h[1], d[1]), one_sided(h[1], d[1], h[2], d[2]))
    m1 = torch.where(h[2] > 0, harmonic(h[1], d[1], h[2], d[2]), one_sided(h[1], d[1], h[0], d[0]))
    return m0, m1


def cubic(source, times, wanted):
    return hermite(source, times, wanted, catmull_rom)


def pchip(source, times, wanted):
    return hermite(source, times, wanted, monotone)


def linear_of_present(source, times, wanted, present):
    """Between the samples that `present` [B, S, D or 1] says are there."""
    samples, channels = times.shape[1], present.shape[2]
    index = torch.arange(samples, device=times.device)[:, None]
    last = torch.where(present, index, -1).cummax(1).values
    next_ = torch.where(present, index, samples).flip(1).cummin(1).values.flip(1)

    at = torch.searchsorted(times, wanted, right=True)[..., None].expand(-1, -1, channels)
    left = torch.where(at > 0, last.gather(1, (at - 1).clamp(min=0)), -1)
    right = torch.where(at < samples, next_.gather(1, at.clamp(max=samples - 1)), samples)
    left, right = torch.where(left < 0, right, left), torch.where(right == samples, left, right)
    left, right = left.clamp(max=samples - 1), right.clamp(min=0)

    stamps = times[..., None].expand(-1, -1, channels)
    t0, t1 = stamps.gather(1, left), stamps.gather(1, right)
    weight = torch.where(t1 > t0, ratio(wanted[..., None] - t0, t1 - t0, real_of(source)), 0)
    v0, v1 = (source.gather(1, side.expand(-1, -1, source.shape[2])) for side in (left, right))
    return torch.lerp(v0, v1, weight.to(source.dtype))


def linear_skipping_nan(source, times, wanted):
    return linear_of_present(source, times, wanted, ~source.isnan())


def linear_masked(source, times, wanted, mask):
    """`mask` [B, S]."""
    return linear_of_present(source, times, wanted, mask[..., None])
