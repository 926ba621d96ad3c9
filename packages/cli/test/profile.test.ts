import { describe, expect, it } from 'vitest';
import type { ProfileSummary } from '../src/profile/describe-profile.ts';
import { runIn } from './session.ts';

const backend = ['--backend', 'cpu:target=wasm,threads=1'];
const small = ['cifar_resnet8', '--batch', '4', ...backend];

async function profile(...args: readonly string[]): Promise<{ code: number; text: string; errors: string }> {
  const { code, out, err } = await runIn('.', 'profile', ...args);
  return { code, text: out.trim(), errors: err };
}

describe('netwright profile', () => {
  it('explains a training step kernel by kernel', { retry: 2 }, async () => {
    const { code, text } = await profile(...small, '--train', '--json', '--rounds', '15');
    expect(code).toBe(0);
    const { kernels, rest, roofline, explained } = JSON.parse(text) as ProfileSummary;
    expect(explained).toBeGreaterThan(0.95);
    expect(explained).toBeLessThan(1.5);
    expect(rest.map(({ name }) => name)).toEqual(['copy inputs', 'copy outputs']);
    expect(roofline.flopsPerSecond).toBeGreaterThan(1e9);
    expect(roofline.bytesPerSecond).toBeGreaterThan(1e8);
    const convolutions = kernels.filter(({ operations }) => operations.some((op) => op.startsWith('conv2d')));
    expect(convolutions.length).toBeGreaterThan(10);
    // Three products of 4 images at 12.5 million multiply-adds, less what Winograd saves and the first input's gradient.
    const flops = kernels.reduce(
      (sum, { flopsPerSecond, milliseconds }) => sum + flopsPerSecond * milliseconds * 1e-3,
      0,
    );
    expect(flops).toBeGreaterThan(4 * 2 * 12.5e6);
    expect(flops).toBeLessThan(4 * 6 * 12.5e6 * 1.5);
  });

  it('prints the slowest kernels, the rest, and what was fused', async () => {
    const { code, text } = await profile('cifar_resnet8', '--size', '16', ...backend, '--top', '3', '--rounds', '2');
    expect(code).toBe(0);
    expect(text).toMatch(/^cifar_resnet8, inference, batch 1, wasm:threads=1/);
    expect(text).toMatch(/roofline, measured here: \d+\.\d GFLOP\/s, copies \d+\.\d GB\/s/);
    expect(text).toMatch(/^\S.* +\d+\.\d{3} +\d+\.\d % +\d+\.\d +\d+\.\d +\d+ % +.*conv2d/m);
    expect(text).toMatch(/^\d+ other kernels +\d/m);
    expect(text).toMatch(/% of a run without profile \(\d+\.\d\d ms\)$/);
  });

  it('names a backend that cannot tell the times of kernels', async () => {
    const { code, errors } = await profile('cifar_resnet8', '--size', '8', '--backend', 'reference');
    expect(code).toBe(1);
    expect(errors).toContain('expected a backend that tells the times of kernels, received reference');
    expect(errors).toContain('[cli.profile]');
  });
});
