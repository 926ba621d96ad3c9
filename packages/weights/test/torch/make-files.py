"""Writes files of torch.save, and what is in them as JSON. Needs torch. Usage: python3 make-files.py DIRECTORY"""

import collections
import json
import os
import sys

import torch

directory = sys.argv[1]
os.makedirs(directory, exist_ok=True)
torch.manual_seed(0)


def network():
    return torch.nn.Sequential(
        torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.Flatten(), torch.nn.Linear(12, 2)
    )


def kinds():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 7
    return collections.OrderedDict(
        half=base.half(),
        bfloat=base.bfloat16(),
        double=base.double() / 3,
        long=torch.tensor([-(2**40), 5]),
        int=torch.tensor([[-3], [7]], dtype=torch.int32),
        short=torch.tensor([-300], dtype=torch.int16),
        char=torch.tensor([-100], dtype=torch.int8),
        byte=torch.tensor([200], dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 3),
        transposed=base.permute(2, 0, 1),
        part=base[1, 1:, ::2],
        whole=base,
        parameter=torch.nn.Parameter(torch.ones(2) / 3),
    )


plain = network().state_dict()
files = {
    "network.pth": (plain, {}),
    "network-legacy.pth": (plain, {"_use_new_zipfile_serialization": False}),
    "kinds.pth": (kinds(), {}),
    "kinds-legacy.pth": (kinds(), {"_use_new_zipfile_serialization": False}),
    "protocol4.pth": (plain, {"pickle_protocol": 4}),
    "checkpoint.pth": ({"epoch": 3, "lr": 0.1, "best": None, "done": True, "betas": (0.9, 0.999), "state_dict": plain}, {}),
}
expected = {}
for name, (value, options) in files.items():
    torch.save(value, os.path.join(directory, name), **options)
    tensors = value.get("state_dict", value)
    expected[name] = {
        key: {"shape": list(tensor.shape), "values": tensor.detach().double().flatten().tolist()}
        for key, tensor in tensors.items()
    }
torch.save(network(), os.path.join(directory, "whole-module.pth"))
torch.save({"epoch": 1}, os.path.join(directory, "no-tensors.pth"))
torch.save({"sparse": torch.eye(2).to_sparse()}, os.path.join(directory, "sparse.pth"))
torch.save({"complex": torch.zeros(2, dtype=torch.complex64)}, os.path.join(directory, "complex.pth"))
with open(os.path.join(directory, "expected.json"), "w") as file:
    json.dump(expected, file)
