// A configuration of the command line: `--data fashion14:images=N,tested=N` is Fashion-MNIST at 14 x 14 pixels.

import { defineConfig, type Config } from '@netwright/cli';
import { fashion } from './fashion.ts';

const config: Config = defineConfig({
  plugins: {
    datasets: {
      fashion14: ({ images = 60_000, tested = 10_000 }) => fashion({ images, tested, size: 14 }),
    },
  },
});

export default config;
