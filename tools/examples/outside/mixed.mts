// Plugins of the first folder and of the second, with everything else from the second.

import { lenet } from './one/node_modules/@netwright/arch-lenet/dist/index.js';
import * as firstIr from './one/node_modules/@netwright/ir/dist/index.js';
import { momentum } from './one/node_modules/@netwright/optim-momentum/dist/index.js';
import { lenet as ownLenet } from './two/node_modules/@netwright/arch-lenet/dist/index.js';
import { cpu } from './two/node_modules/@netwright/backend-cpu/dist/index.js';
import { tensorDataset } from './two/node_modules/@netwright/data/dist/index.js';
import * as secondIr from './two/node_modules/@netwright/ir/dist/index.js';
import { momentum as ownMomentum } from './two/node_modules/@netwright/optim-momentum/dist/index.js';
import { train } from './two/node_modules/@netwright/train/dist/index.js';

type Model = Parameters<typeof train>[0]['model'];
type Optimizer = Parameters<typeof train>[0]['optimizer'];

const images = Float32Array.from({ length: 24 * 28 * 28 }, (_, i) => Math.sin(i * 0.37));
const labels = Array.from({ length: 24 }, (_, i) => i % 10);
const classes = Array.from({ length: 10 }, (_, i) => String(i));
const data = tensorDataset({ images, labels, shape: [1, 28, 28], classes });

async function lossesOf(model: Model, optimizer: Optimizer): Promise<readonly number[]> {
  const losses: number[] = [];
  const backend = cpu({ threads: 1 });
  await train({
    ...{ model, optimizer, backend, data: { name: 'waves', train: data }, batchSize: 8, epochs: 2, seed: 3 },
    on: (event) => {
      if (event.kind === 'step') losses.push(event.loss);
    },
  });
  await backend.dispose();
  return losses;
}

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'no error';
  } catch (error) {
    return secondIr.isNetwrightError(error) ? error.code : 'another error';
  }
}

const options = { channels: 1, imageSize: 28, classes: 10 } as const;
console.log(
  JSON.stringify({
    distinct: firstIr.GraphBuilder !== secondIr.GraphBuilder,
    recognized: codeOf(() => lenet('no such network')),
    mixed: await lossesOf(lenet('lenet5', options), momentum({ lr: 0.02 })),
    same: await lossesOf(ownLenet('lenet5', options), ownMomentum({ lr: 0.02 })),
  }),
);
