// A search whose trials train nothing: the share of dimensions that have the one good value.
import { cpu } from '@netwright/backend-cpu';
import { choice, defineSpace, defineSweep } from '@netwright/search';

const space = defineSpace({
  name: 'letters',
  dimensions: { a: choice([0, 1, 2]), b: choice([0, 1, 2]), c: choice([0, 1, 2]), d: choice([0, 1, 2]) },
  decode() {
    throw new RangeError('these points stand for no network');
  },
});

export default defineSweep({
  name: 'letters',
  trials: () => [],
  backend: () => cpu({ target: 'wasm', threads: 1 }),
  run: ({ configuration }) =>
    Promise.resolve({ good: Object.values(configuration).filter((value) => value === 2).length / 4 }),
  search: { space, reward: ({ good }) => good },
});
