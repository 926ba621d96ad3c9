// Host tensors that go into and come out of a model's programs.

import type { Model } from '@netwright/arch';
import type { TensorData } from '@netwright/compiler';
import { GraphBuilder, NetwrightError, type Graph, type Loss } from '@netwright/ir';
import { TRAINING_NAMES } from './training-graph.ts';

/**
 * Number of images in row-major [n, C, H, W] data.
 *
 * @throws NetwrightError `train.images` unless it is a whole number of images of the model's size.
 */
export function countImages(model: Model, images: Float32Array): number {
  const size = model.inputShape.reduce((product, dim) => product * dim, 1);
  const count = images.length / size;
  if (Number.isInteger(count) && count > 0) return count;
  throw new NetwrightError({
    code: 'train.images',
    operation: model.name,
    scope: 'image',
    expected: `images of ${model.inputShape.join(' x ')} = ${String(size)} numbers each`,
    received: `${String(images.length)} numbers`,
    hint: 'resize the images, or build the model with another imageSize',
  });
}

export function imageTensor(model: Model, images: Float32Array): TensorData {
  return { dtype: 'f32', shape: [countImages(model, images), ...model.inputShape], data: images };
}

export function labelTensor(labels: Int32Array): TensorData {
  return { dtype: 'i32', shape: [labels.length], data: labels };
}

/** The data of an f32 tensor. */
export function floats({ data }: TensorData): Float32Array | Float64Array {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new RangeError('predictions must be f32');
}

/** `graph` with the loss of its first output against an input `target` as one more output. */
export function withLoss(graph: Graph, loss: Loss): Graph {
  const builder = GraphBuilder.from(graph);
  const prediction = builder.tensor(Object.values(graph.outputs)[0].value);
  const target = builder.input(TRAINING_NAMES.target, loss.targetType(prediction.type));
  builder.output(TRAINING_NAMES.loss, loss.build(prediction, target));
  return builder.finish();
}
