// netwright scale: what compound scaling makes of a model.

import { describe, expect, test } from 'vitest';
import { runIn } from './session.ts';

interface Scaled {
  readonly product: number;
  readonly rows: readonly {
    readonly phi: number;
    readonly multipliers: Readonly<Record<string, number>>;
    readonly inputShape: readonly number[];
    readonly parameters: number;
    readonly macs: number;
    readonly ratio: number;
    readonly rule: number;
  }[];
}

async function scaled(...args: readonly string[]): Promise<Scaled> {
  const { code, out, err } = await runIn('.', 'scale', ...args, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out) as Scaled;
}

describe('scale', () => {
  test('multiplies the multiply-adds of resnet18 about by 2^phi', async () => {
    const { rows, product } = await scaled('resnet18', '--phi', '0..3');
    expect(product).toBeCloseTo(1.2 * 1.1 ** 2 * 1.15 ** 2, 12);
    expect(rows.map(({ phi, rule }) => [phi, rule])).toEqual([
      [0, 1],
      [1, 2],
      [2, 4],
      [3, 8],
    ]);
    expect(rows[0]).toMatchObject({ parameters: 11_689_512, macs: 1_814_073_344, ratio: 1, inputShape: [3, 224, 224] });
    expect(rows[2]).toMatchObject({
      inputShape: [3, 296, 296],
      multipliers: { depth: 1.2 ** 2, width: 1.1 ** 2, resolution: 1.15 ** 2 },
    });
    for (const { ratio, rule, macs } of rows) {
      expect(ratio).toBe(macs / rows[0].macs);
      expect(Math.abs(Math.log2(ratio / rule))).toBeLessThan(0.25);
    }
  });

  test('takes coefficients and options of the model, and families that declare how they scale', async () => {
    const deep = await scaled('mobilenet_v2', '--phi', '1', '--alpha', '2', '--beta', '1', '--gamma', '1');
    expect(deep.rows).toMatchObject([
      { multipliers: { depth: 2, width: 1, resolution: 1 }, inputShape: [3, 224, 224] },
    ]);
    const small = await scaled('efficientnet_b0', '--phi', '0,2', '--model-option', 'imageSize=64');
    expect(small.rows.map(({ inputShape }) => inputShape)).toEqual([
      [3, 64, 64],
      [3, 85, 85],
    ]);
    const wide = await scaled('regnet_x_200mf', '--phi', '1.5');
    expect(wide.rows[0].rule).toBe(2 ** 1.5);
    expect(wide.rows[0].ratio).toBeGreaterThan(2);
  });

  test('prints a table', async () => {
    const { out, code } = await runIn('.', 'scale', 'resnet18', '--phi', '0..1', '--model-option', 'imageSize=64');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toBe(
      'resnet18 (resnet): depth 1.2^phi, width 1.1^phi, resolution 1.15^phi; alpha * beta^2 * gamma^2 = 1.920',
    );
    expect(lines[1]).toMatch(/^phi +depth +width +resolution +input +parameters +MACs +ratio +2\^phi$/);
    expect(lines[3]).toMatch(/^ +0 +1\.000 +1\.000 +1\.000 +\[3, 64, 64\] +11,689,512 +[\d,]+ +1\.00 +1\.00$/);
    expect(lines[4]).toMatch(/^ +1 +1\.200 +1\.100 +1\.150 +\[3, 74, 74\] +[\d,]+ +[\d,]+ +\d\.\d\d +2\.00$/);
  });

  test.each<readonly [string, readonly string[], number, RegExp]>([
    ['an unknown model', ['resnet81'], 2, /did you mean resnet18\? \[cli\.name\]/],
    ['a family that does not scale', ['lenet5'], 1, /declares how its variants scale[^]*\[scaling\.family\]/],
    [
      'coefficients that are not near 2',
      ['resnet18', '--alpha', '2'],
      1,
      /is 3\.200, not near 2[^]*\[scaling\.coefficients\]/,
    ],
    [
      'a range that is none',
      ['resnet18', '--phi', '3..0'],
      2,
      /a range such as 0\.\.3[^]*received 3\.\.0\. \[cli\.phi\]/,
    ],
    ['a number that is none', ['resnet18', '--phi', '0,x'], 2, /received 0,x\. \[cli\.phi\]/],
    ['too many values', ['resnet18', '--phi', '0..1e9'], 2, /64 values at most/],
    ['a mistyped option', ['resnet18', '--phy', '1'], 2, /Did you mean --phi/],
  ])('refuses %s', async (_, args, code, message) => {
    const result = await runIn('.', 'scale', ...args);
    expect(result.err).toMatch(message);
    expect(result.code).toBe(code);
  });
});
