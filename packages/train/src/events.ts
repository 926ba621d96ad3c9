// What a training run reports. A progress bar, a logger or a chart subscribes to these.

import type { CompileReport } from '@netwright/compiler';

/** Metric values by name, e.g. `accuracy`, `top5`, `loss`. */
export type MetricValues = Readonly<Record<string, number>>;

/** Something that happened in a run, told apart by `kind`. Steps and epochs count from the start of the run, resumed or not. */
export type TrainEvent =
  | {
      readonly kind: 'start';
      readonly run: string;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly totalSteps: number;
      /** The step that a resumed run continues from; 0 for a new one. */
      readonly firstStep: number;
      readonly report: CompileReport;
    }
  | {
      readonly kind: 'step';
      /** Updates done so far, this one included. */
      readonly step: number;
      readonly epoch: number;
      /** Mean loss of the batch before the update. */
      readonly loss: number;
      /** Metrics of the batch, from the training-mode predictions. */
      readonly metrics: MetricValues;
      readonly learningRate: number;
      readonly gradientNorm: number;
      readonly samples: number;
      readonly milliseconds: number;
      /** Estimate for the rest of the run, evaluations included. */
      readonly secondsLeft: number;
    }
  | { readonly kind: 'evaluate'; readonly split: 'validation' | 'test'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly step: number;
      /** Means over the epoch. */
      readonly train: MetricValues;
      readonly validation: MetricValues | undefined;
      readonly best: boolean;
      readonly milliseconds: number;
    }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly path: string; readonly milliseconds: number }
  | {
      readonly kind: 'earlyStop';
      readonly epoch: number;
      readonly bestEpoch: number;
      readonly metric: string;
      readonly value: number;
    }
  | {
      readonly kind: 'end';
      readonly step: number;
      readonly epoch: number;
      readonly seconds: number;
      readonly test: MetricValues | undefined;
    };

/** Told every event; training goes on when its promise is fulfilled. */
export type TrainListener = (event: TrainEvent) => void | Promise<void>;
