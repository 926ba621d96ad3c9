// Who takes part.

import type { Work } from './work.ts';

/** For ratios: the best of a group is what a figure is compared with. */
export type Group = 'ours' | 'javascript' | 'onnxruntime-node' | 'pytorch';

export interface Engine {
  /** How tables and options name it. */
  readonly name: string;
  readonly group: Group;
  /** Name of the loader in the child's program. */
  readonly loader: string;
  /** Of this project: a backend as its command line takes it. */
  readonly backend?: string;
  readonly program: 'node' | 'python';
  /** Works that it is asked to do; what it then cannot do it says itself. */
  readonly does: (work: Work) => boolean;
}

const always = (): boolean => true;
const inference = ({ kind }: Work): boolean => kind === 'inference';
const convolution = ({ kind }: Work): boolean => kind === 'forward' || kind === 'gradients';

/** This project, once for each target and precision. */
export function ownEngines(targets: readonly string[], precisions: readonly ('high' | 'fast')[]): readonly Engine[] {
  return targets.flatMap((target) =>
    precisions.map((precision) => ({
      name: `netwright ${target}${precision === 'fast' ? ' fast' : ''}`,
      group: 'ours',
      loader: 'netwright',
      backend: `cpu:target=${target},precision=${precision}`,
      program: 'node',
      does: always,
    })),
  );
}

export const PEERS: readonly Engine[] = [
  {
    name: 'tfjs-wasm',
    group: 'javascript',
    loader: 'tfjs-wasm',
    program: 'node',
    does: ({ kind }) => kind === 'inference' || kind === 'forward',
  },
  { name: 'tfjs-cpu', group: 'javascript', loader: 'tfjs-cpu', program: 'node', does: convolution },
  { name: 'onnxruntime-web', group: 'javascript', loader: 'onnxruntime-web', program: 'node', does: inference },
  { name: 'jax-js', group: 'javascript', loader: 'jax-js', program: 'node', does: convolution },
  { name: 'onnxruntime-node', group: 'onnxruntime-node', loader: 'onnxruntime-node', program: 'node', does: inference },
  { name: 'pytorch', group: 'pytorch', loader: 'pytorch', program: 'python', does: always },
];
