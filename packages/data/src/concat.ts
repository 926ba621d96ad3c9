// Datasets one after the other.

import { NetwrightError } from '@netwright/ir';
import { checkIndices, readLabels, type Dataset } from './dataset.ts';
import { toFloat } from './transforms/to-float.ts';

/**
 * Datasets one after the other. Bytes stay bytes when all of them hold bytes; beside floats they count as 0 to 1.
 *
 * @throws NetwrightError `data.concat` when shapes or classes differ.
 */
export function concatDatasets(first: Dataset, ...others: readonly Dataset[]): Dataset {
  const all = [first, ...others];
  checkSame(first, others);
  const name = all.map((dataset) => dataset.name).join(' + ');
  const starts = [0];
  for (const dataset of all) starts.push(starts[starts.length - 1] + dataset.length);
  const length = starts[all.length];
  const size = first.shape[0] * first.shape[1] * first.shape[2];
  return {
    name,
    length,
    shape: first.shape,
    classes: first.classes,
    async read(indices) {
      checkIndices(name, indices, length);
      const owner = Array.from(indices, (index) => starts.findLastIndex((start) => start <= index));
      const parts = await Promise.all(
        all.map(async (dataset, at) =>
          dataset.read(indices.filter((_, position) => owner[position] === at).map((index) => index - starts[at])),
        ),
      );
      const bytes = parts.every(({ images }) => images instanceof Uint8Array);
      const images = bytes ? new Uint8Array(indices.length * size) : new Float32Array(indices.length * size);
      const sources = parts.map((part) => (bytes ? part.images : toFloat(part.images)));
      const taken = parts.map(() => 0);
      const labels = indices.map((_, position) => {
        const at = owner[position];
        const from = taken[at]++;
        images.set(sources[at].subarray(from * size, (from + 1) * size), position * size);
        return parts[at].labels[from];
      });
      return { images, labels };
    },
    async labels() {
      const labels = new Int32Array(length);
      for (const [at, dataset] of all.entries()) labels.set(await readLabels(dataset), starts[at]);
      return labels;
    },
  };
}

function checkSame(first: Dataset, others: readonly Dataset[]): void {
  const reasons = others.flatMap(({ name, shape, classes }) => [
    ...(shape.every((dim, axis) => dim === first.shape[axis]) ? [] : [`${name} has images of ${shape.join(' x ')}`]),
    ...(classes.length === first.classes.length && classes.every((label, at) => label === first.classes[at])
      ? []
      : [`${name} has the classes ${classes.join(', ')}`]),
  ]);
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'data.concat',
    operation: 'concatDatasets',
    scope: first.name,
    expected: `images of ${first.shape.join(' x ')} in the classes ${first.classes.join(', ')}`,
    reasons,
  });
}
