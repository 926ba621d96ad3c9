// Graphs that several tests use.

import {
  add,
  batchNorm,
  buildGraph,
  conv2d,
  dropout,
  flatten,
  globalAvgPool2d,
  linear,
  matmul,
  onesInit,
  relu,
  softmax,
  tensorType,
  transpose,
  type Graph,
  type GraphBuilder,
  type Tensor,
} from '../src/index.ts';

/** Batch normalization with parameters and statistics of its own, as the layers of architectures build it. */
export function norm(builder: GraphBuilder, x: Tensor, name: string): Tensor {
  const channels = [x.shape[1]];
  return builder.within(name, () => {
    const weight = builder.parameter('weight', channels, { init: onesInit, group: 'noDecay' });
    const bias = builder.parameter('bias', channels, { group: 'noDecay' });
    const runningMean = builder.state('running_mean', tensorType('f32', channels));
    const runningVar = builder.state('running_var', tensorType('f32', channels));
    const tracked = builder.state('num_batches_tracked', tensorType('i32', []), { serializedAs: 'I64' });
    const result = batchNorm(x, { weight, bias, runningMean, runningVar });
    builder.update(builder.qualify('running_mean'), result.runningMean);
    builder.update(builder.qualify('running_var'), result.runningVar);
    builder.update(builder.qualify('num_batches_tracked'), add(tracked, 1));
    return result.output;
  });
}

/** Convolution, norm, relu, dropout, a linear head, and an auxiliary head that runs in training only. */
export function smallNetwork(): Graph<'image', 'logits' | 'auxiliary'> {
  return buildGraph({ image: tensorType('f32', ['N', 2, 5, 5]) }, ({ image }, builder) => {
    const weight = builder.within('conv', () => builder.parameter('weight', [3, 2, 3, 3]));
    const features = builder.within('block', () =>
      relu(
        norm(
          builder,
          builder.within('conv', () => conv2d(image, weight, { padding: 1, stride: 2 })),
          'bn',
        ),
      ),
    );
    const head = (name: string, x: Tensor): Tensor =>
      builder.within(name, () => linear(x, builder.parameter('weight', [4, 3]), builder.parameter('bias', [4])));
    const pooled = flatten(globalAvgPool2d(features), 1);
    return {
      logits: head(
        'fc',
        builder.within('drop', () => dropout(pooled, { p: 0.25 })),
      ),
      auxiliary: { value: head('aux', pooled), role: 'trainingOnly', lossWeight: 0.3 },
    };
  });
}

/** Products of activations, and with parameters. */
export function attentionGraph(): Graph<'x', 'y'> {
  return buildGraph({ x: tensorType('f32', ['N', 6, 8]) }, ({ x }, builder) => {
    const project = (name: string): Tensor =>
      builder.within(name, () => linear(x, builder.parameter('weight', [8, 8]), builder.parameter('bias', [8])));
    const [query, key, value] = ['query', 'key', 'value'].map(project);
    const weights = softmax(matmul(query, transpose(key, [0, 2, 1])), 2);
    return { y: matmul(weights, value) };
  });
}
