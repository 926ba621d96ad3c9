// A part of a dataset.

import { checkIndices, readLabels, type Dataset } from './dataset.ts';

/**
 * The samples at `indices`, in that order.
 *
 * @throws NetwrightError `data.index` when one of them is not in the dataset.
 */
export function subset(dataset: Dataset, indices: Int32Array | readonly number[], name = dataset.name): Dataset {
  const chosen = Int32Array.from(indices);
  checkIndices(dataset.name, chosen, dataset.length);
  return {
    name,
    length: chosen.length,
    shape: dataset.shape,
    classes: dataset.classes,
    read(wanted) {
      checkIndices(name, wanted, chosen.length);
      return dataset.read(wanted.map((index) => chosen[index]));
    },
    async labels() {
      const all = await readLabels(dataset);
      return chosen.map((index) => all[index]);
    },
  };
}

/** The first `count` samples; all of them, when there are fewer. */
export function take(dataset: Dataset, count: number): Dataset {
  return subset(
    dataset,
    Int32Array.from({ length: Math.min(count, dataset.length) }, (_, index) => index),
  );
}
