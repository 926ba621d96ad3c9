// A variant of a family, wider, deeper, and for larger images.

import { NetwrightError } from '@netwright/ir';
import type { Architecture, CommonOptions } from '../define-architecture.ts';
import type { Model, ModelOptions } from '../model.ts';
import type { Multipliers } from './compound-multipliers.ts';

/**
 * The model `name` with its channels, numbers of blocks and image size multiplied; each is rounded, the first two by the family's own rules.
 *
 * @throws NetwrightError `scaling.family` for a family that does not declare how it scales; see `defineArchitecture` for the rest.
 */
export function scaleModel<O extends ModelOptions>(
  architecture: Architecture<O>,
  name: string,
  { width = 1, depth = 1, resolution = 1 }: Partial<Multipliers>,
  options: Partial<CommonOptions & O> = {},
): Model {
  if (!architecture.scales) {
    throw new NetwrightError({
      code: 'scaling.family',
      operation: 'scaleModel',
      scope: name,
      expected: 'a family that declares how its variants scale',
      received: architecture.family,
    });
  }
  const [, ...sides] = architecture(name, options).inputShape;
  const [height, imageWidth] = sides.map((side) => Math.round(side * resolution));
  return architecture(name, {
    ...options,
    widthMult: width,
    depthMult: depth,
    imageSize: height === imageWidth ? height : [height, imageWidth],
  });
}
