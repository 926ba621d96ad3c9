import { cpu } from '@netwright/backend-cpu';
import { testArchitecture } from '@netwright/testing';
import { squeezenet } from '../src/index.ts';

const biased = (name: string, out: number, into: number, kernel = 1) =>
  [
    [`${name}.weight`, [out, into, kernel, kernel]],
    [`${name}.bias`, [out]],
  ] as const;

// Parameters and multiply-adds in billions as https://docs.pytorch.org/vision/stable/models.html lists them.
testArchitecture(squeezenet, {
  golden: [
    { name: 'squeezenet1_0', params: 1_248_424, macs: '0.82', output: [1, 1000] },
    { name: 'squeezenet1_1', params: 1_235_496, macs: '0.35', output: [1, 1000] },
    {
      name: 'tiny',
      options: { classes: 10 },
      params: 766,
      stateDict: [
        ...biased('features.0', 8, 3, 3),
        ...biased('features.3.squeeze', 4, 8),
        ...biased('features.3.expand1x1', 8, 4),
        ...biased('features.3.expand3x3', 8, 4, 3),
        ...biased('classifier.1', 10, 16),
      ],
    },
  ],
  backends: { cpu: () => cpu({ threads: 1 }) },
});
