import { NetwrightError } from '@netwright/ir';
import type { Statistics } from '../statistics.ts';
import type { Transform } from './transform.ts';

/**
 * `(x - mean) / std` by channel.
 *
 * @throws NetwrightError `data.normalize` unless there are a finite mean and a positive std for each channel, at use when the images have another
 *   number of channels.
 */
export function normalize({ mean, std }: Statistics): Transform {
  const usable = mean.every(Number.isFinite) && std.every((value) => value > 0 && Number.isFinite(value));
  if (mean.length !== std.length || !usable) {
    throw normalizeError(
      'a finite mean and a positive std for each channel',
      `mean [${mean.join(', ')}], std [${std.join(', ')}]`,
    );
  }
  return {
    name: 'normalize',
    options: { mean, std },
    apply(images, { shape: [channels, height, width] }) {
      if (channels !== mean.length) {
        throw normalizeError(`images of ${String(mean.length)} channels`, `images of ${String(channels)}`);
      }
      const plane = height * width;
      for (let start = 0, channel = 0; start < images.length; start += plane, channel = (channel + 1) % channels) {
        const shift = mean[channel];
        const scale = 1 / std[channel];
        for (let i = start; i < start + plane; i++) images[i] = (images[i] - shift) * scale;
      }
      return images;
    },
  };
}

function normalizeError(expected: string, received: string): NetwrightError {
  return new NetwrightError({
    code: 'data.normalize',
    operation: 'normalize',
    expected,
    received,
    hint: 'computeStatistics gives the values of a dataset',
  });
}
