// Metrics: folds over batches of predictions.

/** Predictions of one batch: row-major [samples, classes], and the true labels. */
export interface MetricBatch {
  readonly logits: Float32Array | Float64Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** A metric as a value: `create` gives a fresh accumulator. Larger is better unless `lowerIsBetter`. */
export interface Metric {
  readonly name: string;
  readonly lowerIsBetter: boolean;
  create(): MetricAccumulator;
}

export interface MetricAccumulator {
  add(batch: MetricBatch): void;
  /** Value over everything added; NaN when nothing was. */
  value(): number;
}

/** Share of samples whose largest logit is the label's (the first one among equals). */
export function accuracy(): Metric {
  return { ...topK(1), name: 'accuracy' };
}

/** Share of samples whose label is among the k largest logits; ties count in favour of lower classes. */
export function topK(k: number): Metric {
  return {
    name: `top${String(k)}`,
    lowerIsBetter: false,
    create: () => {
      let hits = 0;
      let total = 0;
      return {
        add({ logits, labels, classes }) {
          for (let sample = 0; sample < labels.length; sample++) {
            if (rankOf(logits, sample * classes, classes, labels[sample]) < k) hits++;
          }
          total += labels.length;
        },
        value: () => hits / total,
      };
    },
  };
}

/** How many classes are ranked before `label`. */
function rankOf(logits: Float32Array | Float64Array, start: number, classes: number, label: number): number {
  const own = logits[start + label];
  let rank = 0;
  for (let index = 0; index < classes; index++) {
    const other = logits[start + index];
    if (other > own || (other === own && index < label)) rank++;
  }
  return Number.isNaN(own) ? classes : rank;
}

/** Counts of (true label, predicted label), row-major [classes, classes]. */
export class ConfusionMatrix {
  readonly classes: number;
  readonly counts: Uint32Array;

  constructor(classes: number) {
    this.classes = classes;
    this.counts = new Uint32Array(classes * classes);
  }

  add({ logits, labels, classes }: MetricBatch): void {
    labels.forEach((label, sample) => {
      let best = 0;
      for (let index = 1; index < classes; index++) if (logits[sample * classes + index] > logits[sample * classes + best]) best = index;
      this.counts[label * this.classes + best]++;
    });
  }
}
