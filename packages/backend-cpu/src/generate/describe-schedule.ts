// What a compile report says about a kernel: the kind of its schedule, then its tile.

import type { PreparedKernel } from './kernel-module.ts';

/** Parts that passes of the schedule made, by how they name them. */
const parts: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/\/(F\(\d+x\d+,\d+x\d+\))\.([a-z]+)/, ([, variant = '', part = '']) => `${variant} ${part}`],
  [/\/phase\d+/, () => 'phase'],
  [/\/pad\d+$/, () => 'padded copy'],
  [/\/halo\d+$/, () => 'zeros around an image'],
  [/\/panels\d+$/, () => 'panels'],
  [/\/(scaled|shift)\d+$/, () => 'folded'],
  [/\/sum\d+$/, () => 'isolated sum'],
];

/**
 * `direct`: one operand across lanes, the other splatted; `window`: taps that slide along a row of outputs, as in depthwise convolutions; `taps`: an
 * accumulator for each tap, as in their weight gradients.
 */
function tileKind({ plan, lowered }: PreparedKernel): string {
  if (lowered.reductionAxes.length === 0) return 'elements';
  if (plan.lane !== undefined && lowered.reductionAxes.includes(plan.lane)) return 'lanes summed';
  if (lowered.reductionAxes.some((axis) => plan.tile.has(axis))) return 'window';
  const tiled = [...plan.tile.keys()].filter((axis) => axis !== plan.lane);
  if (tiled.length === 0) return 'reduction';
  return plan.splat ? 'direct' : 'taps';
}

export function describeSchedule(kernel: PreparedKernel): string {
  const { plan, lowered, name } = kernel;
  const extent = (axis: number): string => String(lowered.extents.get(axis) ?? 1);
  const made = parts.flatMap(([pattern, describe]) => {
    const match = pattern.exec(name);
    return match === null ? [] : [describe(match)];
  });
  const split = /\/parts(\/|$)/.test(name) ? ['split reduction'] : [];
  const tile = [...plan.tile].map(
    ([axis, size]) => `${axis === plan.lane ? 'lanes' : 'rows'} ${String(size)} of ${extent(axis)}`,
  );
  const slices = plan.slices.map(({ axis, size }) => `slices of ${String(size)} of ${extent(axis)}`);
  const { partial } = plan;
  const rest = [
    ...(partial === undefined ? [] : ['partial sums']),
    ...(plan.prefetches.length === 0 ? [] : ['operands fetched ahead']),
    ...(plan.uncached.size === 0 ? [] : ['stores past the caches']),
  ];
  return [...made, ...split, tileKind(kernel), ...(tile.length > 0 ? tile : ['scalar']), ...slices, ...rest].join(', ');
}
