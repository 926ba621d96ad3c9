"""Values and gradients of the cases of function-cases.ts, computed by PyTorch in float64. Called by golden-functions.mjs."""

import json
import math
import sys

import torch
import torch.nn.functional as F

DTYPES = {"f32": torch.float64, "i32": torch.int32, "u8": torch.uint8, "bool": torch.bool}
torch.set_default_dtype(torch.float64)


def cotangent(shape):
    return torch.tensor([((k * 7) % 11 - 5) / 4 for k in range(math.prod(shape))]).reshape(shape)


def encode(tensor):
    numbers = [float(f"{float(value):.13g}") for value in tensor.flatten().tolist()]
    return [value if math.isfinite(value) else {"number": str(value).replace("nan", "NaN").replace("inf", "Infinity")} for value in numbers]


def gradients(value, inputs):
    grads = torch.autograd.grad(value, inputs, cotangent(value.shape), allow_unused=True)
    return [torch.zeros_like(x) if grad is None else grad for x, grad in zip(inputs, grads)]


def number(pairs):
    entry = dict(pairs)
    return float(entry["number"]) if set(entry) == {"number"} else entry


def run(case):
    inputs = [torch.tensor(data, dtype=DTYPES[type["dtype"]]).reshape(type["shape"]) for type, data in zip(case["types"], case["data"])]
    smooth = [x.requires_grad_() for x in inputs if x.dtype == torch.float64]
    try:
        value = eval(case["torch"], {"torch": torch, "F": F, **dict(zip("abcdefgh", inputs))})
    except Exception as error:
        raise RuntimeError(case["torch"]) from error
    result = {"torch": case["torch"], "shape": list(value.shape), "value": encode(value.detach())}
    if smooth and value.requires_grad:
        result["gradients"] = [encode(grad) for grad in gradients(value, smooth)]
    return result


cases = json.load(sys.stdin, object_pairs_hook=number)
text = "[\n" + ",\n".join(json.dumps(run(case), separators=(",", ":")) for case in cases) + "\n]\n"
with open(sys.argv[1], "w") as file:
    file.write(text)
print(f"{len(cases)} cases")
