// Networks by the names of the oracle.

import type { Model } from '@netwright/arch';
import { BUILT_IN } from '@netwright/cli';

/** The network of that name for an input [N, C, H, W]; undefined when no family here has it. */
export function findModel(
  name: string,
  [, channels, height, width]: readonly number[],
  classes?: number,
): Model | undefined {
  const family = BUILT_IN.architectures.find((architecture) => architecture.has(name));
  if (family === undefined) return undefined;
  return family(name, {
    channels,
    imageSize: height === width ? height : [height, width],
    ...(classes === undefined ? {} : { classes }),
  });
}
