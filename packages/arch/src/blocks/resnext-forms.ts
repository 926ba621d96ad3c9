// The three forms of a ResNeXt block. arXiv:1611.05431, figure 3

import { add, concat, relu, type Tensor } from '@netwright/ir';
import { batchNormLayer } from '../layers/batch-norm-layer.ts';
import { channelsOf, conv2dLayer } from '../layers/conv2d-layer.ts';

/** (a) branches whose results are added, (b) branches that are concatenated before the last 1x1, (c) one branch with a grouped 3x3. */
export type ResNeXtForm = 'branches' | 'concatenated' | 'grouped';

/** One block, whose three forms compute the same function of different parameters. */
export interface ResNeXtBlockOptions {
  readonly form: ResNeXtForm;
  /** Number of branches, the cardinality. */
  readonly groups: number;
  /** Channels of the 3x3 convolution of one branch. */
  readonly width: number;
  readonly out: number;
  /** Of the 3x3 convolutions. Default 1. */
  readonly stride?: number;
}

/**
 * A bottleneck block of `groups` transforms 1x1, 3x3, 1x1 with batch norms, and a shortcut: the input where it has the shape of the result, else
 * a 1x1 convolution and a norm (`downsample`). Form `grouped` has torchvision's names (`conv1`, `bn1`, .. `bn3`); the others have the parts of
 * branch g under `branches.g`. `mergeSummedConvolutions` makes (b) of (a), `mergeParallelConvolutions` and then `groupParallelConvolutions` (c) of (b).
 */
export function resnextBlock(x: Tensor, options: ResNeXtBlockOptions): Tensor {
  const { stride = 1, out } = options;
  const y = batchNormLayer(transforms[options.form](x, options), { name: 'bn3' });
  if (stride === 1 && channelsOf(x) === out) return relu(add(y, x));
  const shortcut = x.builder.within('downsample', () =>
    batchNormLayer(conv2dLayer(x, { name: '0', out, kernel: 1, stride }), { name: '1' }),
  );
  return relu(add(y, shortcut));
}

const transforms: { readonly [F in ResNeXtForm]: (x: Tensor, options: ResNeXtBlockOptions) => Tensor } = {
  branches: (x, options) =>
    branches(x, options, (y) => conv2dLayer(y, { name: 'conv3', out: options.out, kernel: 1 })).reduce((sum, next) =>
      add(sum, next),
    ),
  concatenated: (x, options) =>
    conv2dLayer(concat(branches(x, options), 1), { name: 'conv3', out: options.out, kernel: 1 }),
  grouped: (x, { groups, width, stride = 1, out }) =>
    conv2dLayer(narrow(x, groups * width, stride, groups), { name: 'conv3', out, kernel: 1 }),
};

function branches(
  x: Tensor,
  { groups, width, stride = 1 }: ResNeXtBlockOptions,
  last: (y: Tensor) => Tensor = (y) => y,
): readonly Tensor[] {
  return Array.from({ length: groups }, (_, branch) =>
    x.builder.within(`branches.${String(branch)}`, () => last(narrow(x, width, stride, 1))),
  );
}

/** 1x1 to fewer channels and 3x3 among them, each with a norm and relu. */
function narrow(x: Tensor, channels: number, stride: number, groups: number): Tensor {
  const first = relu(batchNormLayer(conv2dLayer(x, { name: 'conv1', out: channels, kernel: 1 }), { name: 'bn1' }));
  const second = conv2dLayer(first, { name: 'conv2', out: channels, kernel: 3, stride, padding: 1, groups });
  return relu(batchNormLayer(second, { name: 'bn2' }));
}
