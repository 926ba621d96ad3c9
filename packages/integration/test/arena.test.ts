// Arenas of the fast backend are at most 1.15 times the largest live set, scratch and padding included.

import { expect, it } from 'vitest';
import { arenaRatio, type ArenaCase } from './arena.ts';

const cases: readonly ArenaCase[] = [
  { model: 'resnet18', batch: 1, training: false, precision: 'high' },
  { model: 'cifar_resnet20', batch: 32, training: true, precision: 'fast' },
];

it.each(cases)('$model, batch $batch, training $training', { timeout: 120_000 }, async (one) => {
  const ratio = await arenaRatio(one);
  expect(ratio).toBeGreaterThanOrEqual(1);
  expect(ratio).toBeLessThanOrEqual(1.15);
});
