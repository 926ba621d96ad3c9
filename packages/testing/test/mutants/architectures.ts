import { batchNormLayer, conv2dLayer, defineArchitecture, linearLayer, type ModelOptions } from '@netwright/arch';
import { flatten, globalAvgPool2d, maxPool2d, mul, relu, stopGradient, type Tensor } from '@netwright/ir';
import { architectureSuite, type GoldenNetwork } from '../../src/architecture/test-architecture.ts';
import type { Suite } from '../../src/suite/suite.ts';
import type { Mutant, MutatedKind } from './mutant.ts';

interface Fault {
  readonly change?: (x: Tensor) => Tensor;
  readonly extra?: number;
  readonly pool?: number;
  readonly bias?: boolean;
  readonly paper?: string;
  readonly golden?: Partial<GoldenNetwork>;
  readonly name?: string;
}

// 8 * 3 * 9 + 2 * 8 + 6 * 8 * 9 + 2 * 6 + 3 * 6 + 3 parameters; on 8 x 8 and, behind the pool, 4 x 4 positions
const GOLDEN: GoldenNetwork = {
  name: 'tiny',
  options: { classes: 3, imageSize: 8 },
  params: 697,
  macs: 64 * 8 * 27 + 16 * 6 * 72 + 18,
  output: [1, 3],
  stateDict: [
    ['conv1.weight', [8, 3, 3, 3]],
    ['bn1.weight', [8]],
    ['bn1.bias', [8]],
    ['bn1.running_mean', [8]],
    ['bn1.running_var', [8]],
    ['bn1.num_batches_tracked', []],
    ['conv2.weight', [6, 8, 3, 3]],
    ['bn2.weight', [6]],
    ['bn2.bias', [6]],
    ['bn2.running_mean', [6]],
    ['bn2.running_var', [6]],
    ['bn2.num_batches_tracked', []],
    ['fc.weight', [3, 6]],
    ['fc.bias', [3]],
  ],
};

function network(fault: Fault): Suite {
  const {
    change = (x: Tensor): Tensor => x,
    extra = 0,
    pool = 2,
    bias = false,
    paper = 'https://example.org/paper',
    name = 'conv2',
  } = fault;
  const architecture = defineArchitecture<{ readonly width: number }, ModelOptions>({
    family: 'two-layers',
    paper,
    options: {},
    variants: { tiny: { width: 8 } },
    build(image, { width }, { classes }) {
      const first = conv2dLayer(image, { name: 'conv1', out: width, kernel: 3, padding: 1 });
      const pooled = maxPool2d(relu(batchNormLayer(first, { name: 'bn1' })), { kernel: pool, stride: 2 });
      const second = conv2dLayer(pooled, { name, out: 6, kernel: 3, padding: 1, bias });
      const features = relu(batchNormLayer(second, { name: 'bn2' }));
      return linearLayer(flatten(globalAvgPool2d(change(features)), 1), { name: 'fc', out: classes + extra });
    },
  });
  return architectureSuite(architecture, { golden: [{ ...GOLDEN, ...fault.golden }], tiny: { imageSize: 8 }, lr: 0.2 });
}

const PUBLISHED = 'tiny {"classes":3,"imageSize":8}, published';
const GRADIENTS = 'tiny, trained > has the gradients of finite differences, and none that is zero';
const LEARNS = 'tiny, trained > learns one batch on reference: a tenth of the loss in 60 steps';
/** Training takes time, and shows nothing of these. */
const UNTRAINED = /^(?!tiny, trained)/;
let built = 0;

const mutants: readonly Mutant[] = [
  {
    fault: 'a bias too many',
    only: UNTRAINED,
    suite: () => network({ bias: true }),
    fails: [
      `${PUBLISHED} > has the published number of parameters`,
      `${PUBLISHED} > has the published names and shapes, in order`,
    ],
    says: /\(trainable parameters\): expected 697, received 703/,
  },
  {
    fault: 'an off-by-one in pooling',
    only: UNTRAINED,
    suite: () => network({ pool: 3 }),
    fails: [`${PUBLISHED} > has the published number of multiply-adds`],
    says: /\(multiply-adds\): expected 20754, received/,
  },
  {
    fault: 'a class too many',
    only: UNTRAINED,
    suite: () => network({ extra: 1 }),
    fails: /builds a valid graph|has the published/,
    says: /\(first output, in fc, at type\): expected "f32\[N, 1000\]", received "f32\[N, 1001\]"/,
  },
  {
    fault: 'a gradient that does not arrive',
    suite: () => network({ change: stopGradient }),
    fails: [GRADIENTS, LEARNS],
    says: /\(parameters that the loss does not depend on\): expected \[\], received \["conv1.weight"/,
  },
  {
    fault: 'a network that does not learn',
    suite: () => network({ change: (x) => mul(x, 0) }),
    fails: [GRADIENTS, LEARNS],
    says: /parameters that the loss does not depend on/,
  },
  {
    fault: 'another graph every time',
    only: UNTRAINED,
    suite: () => network({ change: (x) => mul(x, 1 + ++built / 100) }),
    fails: ['tiny > builds a valid graph that is the same every time'],
    says: /\(hash of the graph when it is built again\)/,
  },
  {
    fault: 'a layer of another name',
    only: UNTRAINED,
    suite: () => network({ name: 'conv_2' }),
    fails: [`${PUBLISHED} > has the published names and shapes, in order`],
    says: /\(state_dict, at \[6\]\[0\]\): expected "conv2.weight", received "conv_2.weight"/,
  },
  {
    fault: 'no paper',
    only: UNTRAINED,
    suite: () => network({ paper: 'unpublished' }),
    fails: ['has a variant tiny, a paper, and names that are its own'],
    says: /\(paper\): expected an address/,
  },
];

export const architectures: MutatedKind = { kind: 'architecture', right: () => network({}), mutants };
