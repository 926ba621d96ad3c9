// The activations, with the PyTorch expression that means the same; `golden-functions.json` has its values.

import {
  clamp,
  elu,
  expm1,
  gelu,
  hardsigmoid,
  hardswish,
  leakyRelu,
  log1p,
  logSoftmax,
  mul,
  relu,
  relu6,
  sigmoid,
  silu,
  softmax,
  softplus,
  stopGradient,
  tanh,
  type Tensor,
} from '../src/index.ts';
import { integers, normal, uniform, values, vector } from '../src/ops/sample-inputs.ts';
import type { FunctionCase } from './function-cases.ts';

/** Values at which an activation saturates, and next to 0. */
const FAR = [-1e30, -1e4, -100, -20, -1e-3, -1e-7, 0, 1e-7, 1e-3, 20, 100, 1e4, 1e30];

/** Random values, kinks (where PyTorch has chosen a gradient), and far out. */
function activation(
  torch: string,
  build: (x: Tensor) => Tensor,
  kinks: readonly number[] = [],
  far: readonly number[] = FAR,
): readonly FunctionCase[] {
  const lists = [kinks, far].filter((list) => list.length > 0);
  return [
    { torch, inputs: [normal(['N', 11])], build, single: true },
    ...lists.map((list) => ({ torch, inputs: [vector(list)], build, smooth: false, single: true })),
  ];
}

/** Along the last axis, channels, and for logits that are huge or hidden. */
function overAxis(name: string, build: (x: Tensor, axis?: number) => Tensor): readonly FunctionCase[] {
  const huge = values([4, 2], [1e4, -1e4, 9999, 1e30, -1e30, 0, 3, 88]);
  const hidden = values([2, 3], [0.5, -Infinity, 1, -Infinity, 2, -Infinity]);
  return [
    { torch: `F.${name}(a, -1)`, inputs: [normal(['N', 7])], build: (a) => build(a), single: true },
    { torch: `F.${name}(a, 1)`, inputs: [normal(['N', 4, 3, 2])], build: (a) => build(a, 1), single: true },
    { torch: `F.${name}(a, 0)`, inputs: [huge], build: (a) => build(a, 0), smooth: false, single: true },
    { torch: `F.${name}(a, -1)`, inputs: [hidden], build: (a) => build(a), smooth: false, single: true },
  ];
}

export const activationCases: readonly FunctionCase[] = [
  ...activation('F.relu(a)', relu, [0, -0, -1, 1, NaN]),
  ...activation('F.relu6(a)', relu6, [0, -0, 6, -1, 7, 3]),
  ...activation('F.leaky_relu(a)', (a) => leakyRelu(a), [0, -0, -1, 1]),
  ...activation('F.leaky_relu(a, 0.2)', (a) => leakyRelu(a, { negativeSlope: 0.2 })),
  ...activation('F.silu(a)', silu),
  ...activation('F.gelu(a)', gelu),
  ...activation('F.hardswish(a)', hardswish, [-3, 3, -4, 4, 0], [-1e30, -100, -3.1, -2.9, 2.9, 3.1, 100, 1e30]),
  // PyTorch's own hardsigmoid divides by a 6 of single precision.
  ...activation('F.relu6(a + 3) / 6', hardsigmoid, [-3, 3, -4, 4, 0]),
  ...activation('torch.sigmoid(a)', sigmoid),
  ...activation('torch.tanh(a)', tanh),
  ...activation('-F.logsigmoid(-a)', (a) => softplus(a)),
  ...activation('-F.logsigmoid(-2 * a) / 2', (a) => softplus(a, { beta: 2 })),
  ...activation('F.elu(a)', (a) => elu(a)),
  ...activation('F.elu(a, 0.5)', (a) => elu(a, { alpha: 0.5 }), [0, -0]),
  ...activation('torch.clamp(a, -0.5, 0.75)', (a) => clamp(a, -0.5, 0.75), [-0.5, 0.75, 0, 1, -1]),
  ...activation('torch.clamp(a, max=0.25)', (a) => clamp(a, -Infinity, 0.25)),
  ...activation('torch.clamp(a, 1, 0.5)', (a) => clamp(a, 1, 0.5), [0, 0.5, 0.75, 1, 2]),
  { torch: 'torch.clamp(a, -1, 2)', inputs: [integers([9], -5, 5)], build: (a) => clamp(a, -1, 2) },
  { torch: 'torch.log1p(a)', inputs: [uniform([9], -0.9, 3)], build: log1p, single: true },
  {
    torch: 'torch.log1p(a)',
    inputs: [vector([-1, -0.999, -1e-9, 0, 1e-30, 1e-7, 0.3, 5, 1e30, Infinity])],
    build: log1p,
    smooth: false,
    single: true,
  },
  { torch: 'torch.expm1(a)', inputs: [normal([9])], build: expm1, single: true },
  {
    torch: 'torch.expm1(a)',
    inputs: [vector([-Infinity, -100, -1, -1e-9, 0, 1e-30, 1e-7, 0.999, 1, 20, Infinity])],
    build: expm1,
    smooth: false,
    single: true,
  },
  ...overAxis('softmax', softmax),
  ...overAxis('log_softmax', logSoftmax),
  { torch: 'a * a.detach()', inputs: [normal([5])], build: (a) => mul(a, stopGradient(a)), smooth: false },
];
