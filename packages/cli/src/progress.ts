// What a person sees of a training run: a bar with time left on a terminal, a line now and then elsewhere.

import type { TrainEvent, TrainListener } from '@netwright/train';
import { Presets, SingleBar } from 'cli-progress';
import type { Output } from './session.ts';

const LINES_EVERY_MS = 10_000;

/** A listener that shows progress on `output`. */
export function showProgress(output: Output): TrainListener {
  const bar = output.interactive ? createBar() : undefined;
  let lastLine = performance.now();
  let total = 0;
  let running = false;
  return (event: TrainEvent): void => {
    switch (event.kind) {
      case 'start':
        total = event.totalSteps;
        for (const line of describeStart(event)) output.line(line);
        bar?.start(total, event.firstStep, { text: '' });
        running = bar !== undefined;
        break;
      case 'step': {
        const text = `epoch ${String(event.epoch)}, loss ${event.loss.toFixed(4)}, ${rate(event)} images/s, ${formatSeconds(event.secondsLeft)} left`;
        bar?.update(event.step, { text });
        if (bar === undefined && performance.now() - lastLine >= LINES_EVERY_MS) {
          lastLine = performance.now();
          output.line(`step ${String(event.step)}/${String(total)}, ${text}`);
        }
        break;
      }
      case 'epoch': {
        const values = Object.entries(event.validation ?? event.train).map(
          ([name, value]) => `${name} ${value.toFixed(4)}`,
        );
        const line = `epoch ${String(event.epoch)}: ${event.validation === undefined ? 'training' : 'validation'} ${values.join(', ')} (${formatSeconds(event.milliseconds / 1000)})`;
        if (bar !== undefined && running) bar.stop();
        output.line(line);
        if (bar !== undefined && event.step < total) bar.start(total, event.step, { text: '' });
        else running = false;
        break;
      }
      case 'earlyStop':
        if (running) bar?.stop();
        running = false;
        output.line(
          `stopped after epoch ${String(event.epoch)}: ${event.metric} was best (${event.value.toFixed(4)}) after epoch ${String(event.bestEpoch)}`,
        );
        break;
      case 'end':
        if (running) bar?.stop();
        running = false;
        break;
      case 'evaluate':
      case 'checkpoint':
        break;
    }
  };
}

function createBar(): SingleBar {
  return new SingleBar(
    { format: '{bar} {value}/{total}  {text}', hideCursor: true, clearOnComplete: true, stopOnComplete: false },
    Presets.shades_classic,
  );
}

function describeStart({
  report,
  run,
  totalSteps,
  epochs,
  firstStep,
}: Extract<TrainEvent, { kind: 'start' }>): readonly string[] {
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return [
    `${run} on ${report.backend} (${report.target}): ${report.parameters.toLocaleString('en-US')} parameters, ${String(report.kernels.length)} kernels, ` +
      `${megabytes(report.persistentBytes)} of parameters and state, ${megabytes(report.arenaBytes)} of working memory, compiled in ${formatSeconds(report.compileMilliseconds / 1000)}`,
    firstStep === 0
      ? `${String(totalSteps)} steps in ${String(epochs)} ${epochs === 1 ? 'epoch' : 'epochs'}`
      : `continuing at step ${String(firstStep)} of ${String(totalSteps)}`,
  ];
}

function rate({ samples, milliseconds }: { readonly samples: number; readonly milliseconds: number }): string {
  return ((samples / milliseconds) * 1000).toFixed(0);
}

/** `8.3 s`, `2 min 05 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60))} min ${String(whole % 60).padStart(2, '0')} s`;
}
