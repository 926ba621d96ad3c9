"""Values and gradients of the primitives' samples, computed by PyTorch in float64. Called by golden-primitives.mjs."""

import json
import math
import sys

import torch
import torch.nn.functional as F

DTYPES = {"f32": torch.float64, "i32": torch.int32, "u8": torch.uint8, "bool": torch.bool}


def number(pairs):
    entry = dict(pairs)
    return float(entry["number"]) if set(entry) == {"number"} else entry


def slices(attrs):
    return tuple(slice(*bounds) for bounds in zip(attrs["starts"], attrs["ends"], attrs["steps"]))


def pad(x, attrs):
    before, after, interior = attrs["before"], attrs["after"], attrs["interior"]
    shape = [b + a + n + max(n - 1, 0) * i for n, b, a, i in zip(x.shape, before, after, interior)]
    result = torch.full(shape, attrs["value"], dtype=x.dtype)
    places = tuple(slice(b, b + (n - 1) * (i + 1) + 1 if n else b, i + 1) for n, b, i in zip(x.shape, before, interior))
    return result.index_put(torch.meshgrid(*[torch.arange(p.start, p.stop, p.step) for p in places], indexing="ij"), x) if x.dim() else x.clone()


def gather(x, indices, attrs):
    axis = attrs["axis"]
    inside = (indices >= 0) & (indices < x.shape[axis])
    picked = x.index_select(axis, torch.where(inside, indices, 0).flatten().long())
    mask = inside.flatten().reshape([-1] + [1] * (x.dim() - axis - 1))
    picked = torch.where(mask, picked, torch.zeros((), dtype=x.dtype))
    return picked.reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])


def gather_adjoint(g, indices, attrs):
    axis, size = attrs["axis"], attrs["size"]
    flat = g.reshape(*g.shape[:axis], -1 if g.numel() else indices.numel(), *g.shape[axis + indices.dim() :])
    keep = ((indices >= 0) & (indices < size)).flatten()
    result = torch.zeros(*g.shape[:axis], size, *g.shape[axis + indices.dim() :], dtype=g.dtype)
    return result.index_add(axis, indices.flatten()[keep].long(), flat.index_select(axis, keep.nonzero().flatten()))


def total(x, attrs):
    if not attrs["axes"]:
        return x.clone()
    return torch.sum(x, dim=attrs["axes"], keepdim=attrs["keepDims"], dtype=x.dtype)


def pad_image(x, padding, value=0.0):
    top, left, bottom, right = padding
    return F.pad(x, (left, right, top, bottom), value=value)


def convolve(x, weight, a):
    return F.conv2d(pad_image(x, a["padding"]), weight, None, a["stride"], 0, a["dilation"], a["groups"])


def adjoint(function, shape, g):
    x = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(function(x), x, g, create_graph=True)[0]


def convolve_input_grad(g, weight, a):
    shape = [g.shape[0], weight.shape[1] * a["groups"], *a["inputSize"]]
    return adjoint(lambda x: convolve(x, weight, a), shape, g)


def convolve_weight_grad(x, g, a):
    shape = [g.shape[1], x.shape[1] // a["groups"], *a["kernel"]]
    return adjoint(lambda weight: convolve(x, weight, a), shape, g)


def max_pool(x, a):
    """Values and positions of the maxima, and the padding that is already in those positions."""
    top, left, bottom, right = a["padding"]
    if top == bottom and left == right:
        return *F.max_pool2d(x, a["kernel"], a["stride"], (top, left), a["dilation"], a["ceilMode"], True), (0, 0), x.shape[3]
    padded = pad_image(x, a["padding"], -math.inf)
    return *F.max_pool2d(padded, a["kernel"], a["stride"], 0, a["dilation"], a["ceilMode"], True), (top, left), padded.shape[3]


def max_pool_taps(x, a):
    values, at, shift, width = max_pool(x.detach(), a)
    rows, columns = [torch.arange(values.shape[axis]) * a["stride"][axis - 2] - a["padding"][axis - 2] for axis in (2, 3)]
    tap_row = (torch.div(at, width, rounding_mode="floor") - shift[0] - rows[:, None]) // a["dilation"][0]
    tap_column = (at % width - shift[1] - columns) // a["dilation"][1]
    return tap_row * a["kernel"][1] + tap_column


def select_taps(x, taps, a):
    padded = pad_image(x, a["padding"])
    rows, columns = [torch.arange(taps.shape[axis]) * a["stride"][axis - 2] for axis in (2, 3)]
    row = rows[:, None] + torch.div(taps, a["kernel"][1], rounding_mode="floor") * a["dilation"][0]
    column = columns + taps % a["kernel"][1] * a["dilation"][1]
    at = (row * padded.shape[3] + column).flatten(2).long()
    return padded.flatten(2).gather(2, at).reshape(taps.shape)


def mean_pool(x, a):
    top, left, bottom, right = a["padding"]
    if top == bottom and left == right:
        return F.avg_pool2d(x, a["kernel"], a["stride"], (top, left), a["ceilMode"], a["countIncludePad"])
    means = F.avg_pool2d(pad_image(x, a["padding"]), a["kernel"], a["stride"], 0, a["ceilMode"])
    inside = F.avg_pool2d(pad_image(torch.ones_like(x), a["padding"]), a["kernel"], a["stride"], 0, a["ceilMode"])
    return means if a["countIncludePad"] else means / inside.detach()


OPS = {
    "conv2d": convolve,
    "conv2dInputGrad": convolve_input_grad,
    "conv2dWeightGrad": convolve_weight_grad,
    "maxPool2d": lambda x, a: max_pool(x, a)[0],
    "maxPool2dIndices": max_pool_taps,
    "maxPool2dSelect": select_taps,
    "maxPool2dScatter": lambda g, taps, a: adjoint(
        lambda x: select_taps(x, taps, a), [*g.shape[:2], *a["inputSize"]], g
    ),
    "avgPool2d": mean_pool,
    "avgPool2dAdjoint": lambda g, a: adjoint(lambda x: mean_pool(x, a), [*g.shape[:2], *a["inputSize"]], g),
    "neg": lambda x, a: -x,
    "abs": lambda x, a: torch.abs(x),
    "sign": lambda x, a: torch.sign(x),
    "floor": lambda x, a: torch.floor(x),
    "exp": lambda x, a: torch.exp(x),
    "log": lambda x, a: torch.log(x),
    "sqrt": lambda x, a: torch.sqrt(x),
    "sin": lambda x, a: torch.sin(x),
    "cos": lambda x, a: torch.cos(x),
    "tanh": lambda x, a: torch.tanh(x),
    "erf": lambda x, a: torch.erf(x),
    "isFinite": lambda x, a: torch.isfinite(x),
    "not": lambda x, a: torch.logical_not(x),
    "cast": lambda x, a: x.to(DTYPES[a["dtype"]]),
    "add": lambda x, y, a: x + y,
    "sub": lambda x, y, a: x - y,
    "mul": lambda x, y, a: x * y,
    "div": lambda x, y, a: x / y,
    "pow": lambda x, y, a: torch.pow(x, y),
    "maximum": lambda x, y, a: torch.maximum(x, y),
    "minimum": lambda x, y, a: torch.minimum(x, y),
    "eq": lambda x, y, a: x == y,
    "lt": lambda x, y, a: x < y,
    "le": lambda x, y, a: x <= y,
    "and": lambda x, y, a: torch.logical_and(x, y),
    "or": lambda x, y, a: torch.logical_or(x, y),
    "where": lambda c, x, y, a: torch.where(c, x, y),
    "sum": total,
    "amax": lambda x, a: torch.amax(x, dim=a["axes"], keepdim=a["keepDims"]) if a["axes"] else x.clone(),
    "argmax": lambda x, a: torch.argmax(x, dim=a["axis"]),
    "reshape": lambda x, a: x.reshape(a["shape"]),
    "transpose": lambda x, a: x.permute(a["perm"]).contiguous(),
    "broadcastTo": lambda x, a: x.expand(a["shape"]).contiguous(),
    "slice": lambda x, a: x[slices(a)] if x.dim() else x.clone(),
    "pad": pad,
    "concat": lambda *xs: torch.cat(xs[:-1], dim=xs[-1]["axis"]),
    "gather": gather,
    "gatherAdjoint": gather_adjoint,
    "matmul": lambda x, y, a: torch.matmul(x, y),
}

# Conversions that C leaves undefined: the project's own definition saturates.
UNDEFINED = {("cast", "f32 to i32, extremes"), ("cast", "f32 to u8")}

# Which tap gets the gradient beside NaN is not defined.
VALUE_ONLY = {("maxPool2d", "NaN")}
# Too large to store.
LARGE = "many channels"


def cotangent(shape):
    count = math.prod(shape)
    return torch.tensor([((k * 7) % 11 - 5) / 4 for k in range(count)], dtype=torch.float64).reshape(shape)


def encode(tensor):
    def one(value):
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, int):
            return value
        if not math.isfinite(value):
            return {"number": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
        rounded = float(f"{value:.13g}")
        return int(rounded) if rounded == int(rounded) and abs(rounded) < 1e6 else rounded

    return [one(value) for value in tensor.flatten().tolist()]


def run(case):
    inputs = [
        torch.tensor(data, dtype=DTYPES[type["dtype"]]).reshape(type["shape"]) for type, data in zip(case["types"], case["data"])
    ]
    smooth = [x.requires_grad_() for x in inputs if x.dtype == torch.float64]
    value = OPS[case["op"]](*inputs, case["attrs"])
    result = {"op": case["op"], "name": case["name"], "shape": list(value.shape), "value": encode(value.detach())}
    if smooth and value.requires_grad and (case["op"], case["name"]) not in VALUE_ONLY:
        grads = torch.autograd.grad(value, smooth, cotangent(value.shape), allow_unused=True)
        result["gradients"] = [encode(torch.zeros_like(x) if g is None else g) for x, g in zip(smooth, grads)]
    return result


cases = json.load(sys.stdin, object_pairs_hook=number)
known = [
    case for case in cases if case["op"] in OPS and case["name"] != LARGE and (case["op"], case["name"]) not in UNDEFINED
]
with open(sys.argv[1], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(run(case), separators=(",", ":")) for case in known) + "\n]\n")
print(f"{len(known)} of {len(cases)} samples")
