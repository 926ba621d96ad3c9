import { batchNormLayer, conv2dLayer, defineArchitecture, initialize, linearLayer } from '@netwright/arch';
import type { TensorData } from '@netwright/compiler';
import { flatten, globalAvgPool2d, type Graph } from '@netwright/ir';

/** conv, norm, pool, linear. */
export const small = defineArchitecture<{ readonly width: number }, Readonly<Record<string, unknown>>>({
  family: 'small',
  paper: 'https://example.org/small',
  options: {},
  variants: { tiny: { width: 2 } },
  defaults: () => ({ imageSize: 4, channels: 1, classes: 3 }),
  build(image, { width }, { classes }) {
    const x = batchNormLayer(conv2dLayer(image, { name: 'conv', out: width, kernel: 3 }), { name: 'bn' });
    return linearLayer(flatten(globalAvgPool2d(x), 1), { name: 'fc', out: classes });
  },
});

/** Drawn values for every parameter and statistic. */
export function entriesOf(graph: Graph): ReadonlyMap<string, TensorData> {
  return new Map([...initialize(graph, 5)]);
}
