"""Records golden.json: trajectories of keras.optimizers.Lion, with gradients that do not depend on the parameters.

    pip install keras numpy scipy && KERAS_BACKEND=numpy python record-golden.py
"""

import json
import keras
import numpy as np

STEPS, SIZE = 12, 6
RUNS = {
    "lion": {"learning_rate": 0.01},
    "lion_betas": {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.95},
    "lion_weight_decay": {"learning_rate": 0.01, "weight_decay": 0.1},
}

random = np.random.default_rng(7)
theta0 = random.normal(size=SIZE).astype(np.float32)
grads = random.normal(size=(STEPS, SIZE)).astype(np.float32)


def trajectory(options, dtype):
    keras.config.set_floatx(dtype)
    theta = keras.Variable(theta0.astype(dtype), dtype=dtype)
    optimizer = keras.optimizers.Lion(**options)
    optimizer.build([theta])
    steps = []
    for grad in grads:
        optimizer.apply([grad.astype(dtype)])
        steps.append(np.array(theta.value).astype(np.float64).tolist())
    return steps


runs = []
for name, options in RUNS.items():
    f64, f32 = trajectory(options, "float64"), trajectory(options, "float32")
    difference = float(np.abs(np.array(f64) - np.array(f32)).max())
    runs.append({"name": name, "f64": f64, "f32": f32, "f32_vs_f64_max_abs": difference})

meta = {"oracle": f"keras {keras.__version__} Lion", "script": "record-golden.py"}
golden = {"meta": meta, "theta0": theta0.tolist(), "grads": grads.tolist(), "runs": runs}
with open("golden.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
