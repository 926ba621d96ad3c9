// Networks that the oracle has recorded, for the tests of all packages.
import { readRecorded } from './read-recorded.ts';

type Shape = readonly number[];
type StateDict = readonly (readonly [name: string, shape: Shape])[];
type Layer = readonly [name: string, type: string, shape: Shape, parameters: number];

interface RecordedArchitecture {
  readonly input: Shape;
  readonly output: Shape;
  readonly params: number;
  readonly macs: number;
  /** Multiply-adds on images of 224 pixels, where `input` has others. */
  readonly macs_at_224?: number;
  /** Multiply-adds by kind of layer. */
  readonly macs_by: Readonly<Record<string, number>>;
  /** In order of execution. */
  readonly layers: readonly Layer[];
  /** Parameters that are of none of those layers: free ones, and layers that run in training only. */
  readonly unlisted_params: readonly Layer[];
  /** Only of networks whose names are published. */
  readonly state_dict?: StateDict;
}

interface RecordedModel {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  readonly params: number;
  readonly state_dict: StateDict;
}

/** Published networks by name. */
export const { architectures } = readRecorded<{
  readonly architectures: Readonly<Record<string, RecordedArchitecture>>;
}>('architectures.json');

/** Blocks and small networks of which weights and outputs are recorded as well. */
export const { models } = readRecorded<{ readonly models: readonly RecordedModel[] }>('models/index.json');

/** What `testArchitecture` compares a network with. */
export function goldenOf(name: string): {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  readonly params: number;
  readonly macs: number;
  readonly stateDict?: StateDict;
} {
  const { input, output, params, macs, state_dict: stateDict } = architectures[name];
  return { name, input, output, params, macs, ...(stateDict === undefined ? {} : { stateDict }) };
}
