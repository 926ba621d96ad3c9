// The contract of learning-rate schedules: the hyper-parameters in force at a step, as a pure function.

/** Where a run stands. Steps count optimizer updates from 0. */
export interface Progress {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

/** JSON state of a schedule that reacts to metrics; checkpoints hold it. */
export type ScheduleState = Readonly<Record<string, number>>;

/** How hyper-parameters change over a run. A schedule keeps nothing itself: its state is a value that checkpoints hold. */
export interface Schedule {
  readonly name: string;
  /** What it was made with, as plain data: a run is only resumed with the same. */
  readonly options?: object;
  /** State before the first step. */
  readonly initial: ScheduleState;
  /**
   * Hyper-parameters for one step, by name (`lr`, `momentum`, ...); those that it leaves out keep the optimizer's value.
   *
   * @param base - the optimizer's own hyper-parameters.
   */
  at(
    progress: Progress,
    base: Readonly<Record<string, number>>,
    state: ScheduleState,
  ): Readonly<Record<string, number>>;
  /** The state after a metric was measured (once an epoch); only for schedules that react to one. */
  observe?(state: ScheduleState, metric: number, base: Readonly<Record<string, number>>): ScheduleState;
}
