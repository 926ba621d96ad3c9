"""PyTorch as one engine of the benchmarks: the same conversation as the other children have, see src/job.ts."""
import json
import resource
import struct
import sys
import time

import torch
import torch.nn.functional as F

MARK = "@bench "
ELEMENTWISE = {"relu": torch.relu, "relu6": F.relu6, "silu": F.silu, "sigmoid": torch.sigmoid, "add": torch.add, "mul": torch.mul}


def answer(**message):
    sys.stdout.write(MARK + json.dumps(message) + "\n")
    sys.stdout.flush()


def read_tensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin).reshape(entry["shape"]).clone()
    return tensors


def write_tensors(path, tensors):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        part = tensor.detach().contiguous().float().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(part)]}
        parts.append(part)
        offset += len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for part in parts:
            file.write(part)


def padded(x, padding, fill):
    top, left, bottom, right = padding
    if top == bottom and left == right:
        return x, (top, left)
    return F.pad(x, (left, right, top, bottom), value=fill), (0, 0)


def forward(network, values, training):
    values = dict(values)
    for layer in network["layers"]:
        op, attrs = layer["op"], layer["attrs"]
        inputs = [values[name] for name in layer["inputs"]]
        x = inputs[0]
        if op == "conv2d":
            x, pad = padded(x, attrs["padding"], 0.0)
            y = F.conv2d(x, inputs[1], inputs[2] if len(inputs) > 2 else None, attrs["stride"], pad, attrs["dilation"], attrs["groups"])
        elif op == "linear":
            y = F.linear(*inputs)
        elif op == "batchNorm":
            weight, bias, mean, variance = inputs[1:]
            y = F.batch_norm(x, mean, variance, weight, bias, training, attrs["momentum"], attrs["eps"])
        elif op == "maxPool2d":
            x, pad = padded(x, attrs["padding"], float("-inf"))
            y = F.max_pool2d(x, attrs["kernel"], attrs["stride"], pad)
        elif op == "globalAvgPool2d":
            y = F.adaptive_avg_pool2d(x, 1)
        elif op == "reshape":
            y = x.reshape(attrs["shape"])
        else:
            y = ELEMENTWISE[op](*inputs)
        values[layer["output"]] = y
    return values[network["output"]]


class Inference:
    def __init__(self, job, tensors):
        self.network, self.tensors = job["layers"], tensors

    def run(self):
        with torch.no_grad():
            self.logits = forward(self.network, self.tensors, False)

    def results(self):
        return {"logits": self.logits}


class Training:
    def __init__(self, job, tensors):
        self.network, self.values = job["layers"], tensors
        self.labels = tensors.pop("labels").long()
        statistics = ("running_mean", "running_var", "image")
        self.parameters = {name: tensor.requires_grad_() for name, tensor in tensors.items() if not name.endswith(statistics)}
        self.optimizer = torch.optim.SGD(self.parameters.values(), lr=job["step"]["lr"], momentum=job["step"]["momentum"])

    def run(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(forward(self.network, self.values, True), self.labels)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.detach()
        self.loss.item()

    def results(self):
        return {"loss": self.loss, **self.parameters}


class Convolution:
    def __init__(self, job, tensors):
        self.gradients = job["work"]["kind"] == "gradients"
        self.x, self.g, self.w = tensors["x"], tensors["g"], tensors["w"]
        self.pad = (job["work"]["filter"] - 1) // 2

    def run(self):
        if self.gradients:
            self.made = torch.ops.aten.convolution_backward(
                self.g, self.x, self.w, None, [1, 1], [self.pad] * 2, [1, 1], False, [0, 0], 1, [True, True, False])
        else:
            self.made = [F.conv2d(self.x, self.w, padding=self.pad)]

    def results(self):
        return dict(zip(["dx", "dw"] if self.gradients else ["y"], self.made))


def time_run(engine):
    cpu, start = time.process_time(), time.perf_counter()
    engine.run()
    milliseconds = (time.perf_counter() - start) * 1000
    return {"milliseconds": milliseconds, "cpuMilliseconds": (time.process_time() - cpu) * 1000}


def main():
    job = json.loads(sys.argv[1])
    started = time.perf_counter()
    try:
        torch.set_num_threads(job["threads"])
        tensors = read_tensors(job["tensors"])
        engine = {"inference": Inference, "training": Training}.get(job["work"]["kind"], Convolution)(job, tensors)
        answer(kind="ready", version=torch.__version__, loadMilliseconds=(time.perf_counter() - started) * 1000)
        for line in sys.stdin:
            command = line.strip()
            if command == "run":
                answer(kind="time", **time_run(engine))
            elif command == "turn":
                end = time.perf_counter() + job["turnMilliseconds"] / 1000
                times = [time_run(engine)]
                while time.perf_counter() < end:
                    times.append(time_run(engine))
                answer(kind="times", times=times)
            elif command == "results":
                write_tensors(job["results"], engine.results())
                answer(kind="results")
            elif command == "memory":
                answer(kind="memory", peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    except Exception as error:
        answer(kind="failed", reason=f"{type(error).__name__}: {error}")


main()
