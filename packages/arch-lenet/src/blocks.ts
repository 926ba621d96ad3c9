// The layers of 1998 that later networks did without.

import { conv2dLayer, linearLayer, type Conv2dLayerOptions } from '@netwright/arch';
import {
  add,
  avgPool2d,
  concat,
  constantTensor,
  gather,
  mul,
  neg,
  perChannel,
  sub,
  sum,
  tanh,
  unsqueeze,
  type Initializer,
  type Tensor,
} from '@netwright/ir';
import { codes } from './codes.ts';

/** How layers start whose units have so many inputs. */
export type InitOf = (fanIn: number) => { readonly init?: Initializer; readonly biasInit?: Initializer };

/** 1.7159 tanh(2/3 x): 1 at 1, -1 at -1. */
export function scaledTanh(x: Tensor): Tensor {
  return mul(tanh(mul(x, 2 / 3)), 1.7159);
}

/** The sum of each 2x2 window times a coefficient of its map, plus a bias, squashed: S2 and S4, parameters `weight` and `bias` [C]. */
export function trainableSubsampling(x: Tensor, squash: (y: Tensor) => Tensor, initOf: InitOf): Tensor {
  const channels = Number(x.shape[1]);
  const { init = { kind: 'uniform', low: -0.5, high: 0.5 }, biasInit } = initOf(4);
  const weight = x.builder.parameter('weight', [channels], { init });
  const bias = x.builder.parameter('bias', [channels], {
    init: biasInit ?? { kind: 'biasOf', fanIn: 4 },
    group: 'noDecay',
  });
  const sums = mul(avgPool2d(x, { kernel: 2 }), 4);
  return squash(add(mul(sums, perChannel(weight, x)), perChannel(bias, x)));
}

/**
 * A convolution each of whose outputs sees the inputs that `table` lists; outputs with equally many inputs follow each other in the table and
 * share a grouped convolution, named `0`, `1`, .. in that order.
 */
export function partialConv(
  x: Tensor,
  table: readonly (readonly number[])[],
  { kernel, initOf }: Pick<Conv2dLayerOptions, 'kernel'> & { readonly initOf: InitOf },
): Tensor {
  const counts = [...new Set(table.map((inputs) => inputs.length))];
  const parts = counts.map((count, at) => {
    const rows = table.filter((inputs) => inputs.length === count);
    const indices = constantTensor(x.builder, rows.flat(), [rows.length * count], 'i32');
    const side = typeof kernel === 'number' ? kernel ** 2 : kernel[0] * kernel[1];
    return conv2dLayer(gather(x, indices, 1), {
      name: String(at),
      out: rows.length,
      kernel,
      groups: rows.length,
      bias: true,
      ...initOf(count * side),
    });
  });
  return concat(parts, 1);
}

/** Minus the squared distance of x [N, F] from the code of each class, without parameters: the paper's radial basis functions as logits. */
export function rbfOutput(x: Tensor, classes: number): Tensor {
  const features = Number(x.shape[1]);
  const centres = constantTensor(x.builder, codes(classes, features), [classes, features]);
  const difference = sub(unsqueeze(x, 1), centres);
  return neg(sum(mul(difference, difference), { axes: [2] }));
}

/** A dense layer with logits. */
export function linearOutput(x: Tensor, classes: number, initOf: InitOf): Tensor {
  return linearLayer(x, { name: '', out: classes, ...initOf(Number(x.shape[1])) });
}
