// A sweep of trainings so small that each takes a moment, with one that fails; `--set count=60,pause=200` makes it longer.
import { setTimeout } from 'node:timers';
import { defineArchitecture, linearLayer } from '@netwright/arch';
import { cpu } from '@netwright/backend-cpu';
import { tensorDataset } from '@netwright/data';
import { flatten } from '@netwright/ir';
import { constantLr } from '@netwright/optim';
import { sgd } from '@netwright/optim-sgd';
import { defineSweep, trainTrial } from '@netwright/search';

const network = defineArchitecture({
  family: 'line',
  paper: '',
  options: {},
  variants: { line: {} },
  build: (image, _variant, { classes }) => linearLayer(flatten(image, 1), { name: 'fc', out: classes }),
});

function halves(count) {
  const images = Uint8Array.from({ length: count * 16 }, (_, at) => {
    const label = Math.floor(at / 16) % 2;
    return (Math.floor((at % 4) / 2) === label ? 160 : 60) + ((at * 37) % 90);
  });
  const labels = Int32Array.from({ length: count }, (_, sample) => sample % 2);
  return tensorDataset({ name: 'halves', images, labels, shape: [1, 4, 4], classes: ['left', 'right'] });
}

export default defineSweep(({ count = 8, pause = 0 }) => ({
  name: 'tiny',
  trials: () => Array.from({ length: count }, (_, index) => ({ lr: index === 3 ? 1e38 : 1e-4 * (index + 1), index })),
  backend: () => cpu({ target: 'wasm', threads: 1 }),
  async run({ configuration, seed, backend, signal }) {
    // Some wait longer than others, so that trials do not end in the order in which they start.
    await new Promise((resolve) => setTimeout(resolve, pause * (1 + (configuration.index % 3))));
    return trainTrial({
      model: network('line', { imageSize: 4, channels: 1, classes: 2 }),
      backend,
      seed,
      signal,
      data: { name: 'halves', train: halves(32), test: halves(16) },
      optimizer: sgd({ lr: configuration.lr }),
      schedule: constantLr(),
      epochs: 2,
      batchSize: 8,
    });
  },
}));
