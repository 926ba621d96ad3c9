import { expect, test } from 'vitest';
import { BUILT_IN, create } from '../src/plugins.ts';
import { parseSpec } from '../src/spec.ts';

test.each([
  ['momentum', {}],
  ['cpu:target=wasm,threads=2', { target: 'wasm', threads: 2 }],
  ['multiStep:milestones=30,60,gamma=0.1', { milestones: [30, 60], gamma: 0.1 }],
  ['multiStep:gamma=0.1,milestones=30,60,90', { gamma: 0.1, milestones: [30, 60, 90] }],
  ['mnist:directory=/data/a:b', { directory: '/data/a:b' }],
  ['nesterov:lookAhead=true,', { lookAhead: true }],
] as const)('%s', (text, options) => {
  expect(parseSpec(text)).toEqual({ name: text.split(':')[0], options });
});

test.each(['multiStep:30', 'cpu:target=wasm,2', 'cpu:threads=2,wasm', ':lr=1'])('refuses %s', (text) => {
  expect(() => parseSpec(text)).toThrow(expect.objectContaining({ code: 'cli.spec' }));
});

test('a schedule with a list falls at each of its milestones', () => {
  const schedule = create('schedule', BUILT_IN.schedules, parseSpec('multiStep:milestones=1,2,gamma=0.5'));
  const rates = [0, 10, 20].map((step) => {
    const progress = { step, stepsPerEpoch: 10, totalSteps: 30 };
    return schedule.at(progress, { lr: 1 }, schedule.initial).lr;
  });
  expect(rates).toEqual([1, 0.5, 0.25]);
});
