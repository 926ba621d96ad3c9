// Metrics: folds over batches of predictions, with plain numbers as state so that a checkpoint can hold them.

/** Predictions of one batch: row-major [samples, classes], and the true labels. */
export interface MetricBatch {
  readonly logits: Float32Array | Float64Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** A number to judge predictions by. What `add` folds must not depend on how samples are cut into batches. */
export interface Metric {
  readonly name: string;
  readonly lowerIsBetter: boolean;
  /** State before anything was added. */
  initial(classes: number): readonly number[];
  add(state: readonly number[], batch: MetricBatch): readonly number[];
  /** The value over everything added; NaN when nothing was. */
  value(state: readonly number[]): number;
}

/** Share of samples whose largest logit is the label's (the first one among equals). */
export function accuracy(): Metric {
  return { ...topK(1), name: 'accuracy' };
}

/** Share of samples whose label is among the k largest logits; among equals the lower class comes first. */
export function topK(k: number): Metric {
  return {
    name: `top${String(k)}`,
    lowerIsBetter: false,
    initial: () => [0, 0],
    add([hits, total], { logits, labels, classes }) {
      let more = 0;
      labels.forEach((label, sample) => {
        if (rankOf(logits, sample * classes, classes, label) < k) more++;
      });
      return [hits + more, total + labels.length];
    },
    value: ([hits, total]) => hits / total,
  };
}

/** Row-major counts [true label, predicted label] as state; the value is the mean recall over the classes that occur. */
export function confusion(): Metric {
  return {
    name: 'confusion',
    lowerIsBetter: false,
    initial: (classes) => new Array<number>(classes * classes).fill(0),
    add(state, { logits, labels, classes }) {
      const counts = [...state];
      labels.forEach((label, sample) => {
        counts[label * classes + argmax(logits, sample * classes, classes)]++;
      });
      return counts;
    },
    value(counts) {
      const classes = Math.sqrt(counts.length);
      const recalls = Array.from({ length: classes }, (_, label) => {
        const row = counts.slice(label * classes, (label + 1) * classes);
        return row[label] / row.reduce((sum, count) => sum + count, 0);
      }).filter((recall) => !Number.isNaN(recall));
      return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
    },
  };
}

/** Position of the first largest of `count` values from `start`. */
export function argmax(values: Float32Array | Float64Array, start: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) if (values[start + index] > values[start + best]) best = index;
  return best;
}

/** How many classes come before `label`; all of them when its logit is NaN. */
function rankOf(logits: Float32Array | Float64Array, start: number, classes: number, label: number): number {
  const own = logits[start + label];
  if (Number.isNaN(own)) return classes;
  let rank = 0;
  for (let index = 0; index < classes; index++) {
    const other = logits[start + index];
    if (other > own || (other === own && index < label)) rank++;
  }
  return rank;
}
