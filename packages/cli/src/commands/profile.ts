import { initialize } from '@netwright/arch';
import { compile, type Backend, type ProgramProfile, type TensorData } from '@netwright/compiler';
import { crossEntropy, inferenceMode, NetwrightError } from '@netwright/ir';
import { createTrainer } from '@netwright/train';
import { create, createModel, type Plugins } from '../plugins.ts';
import { describeProfile, summarizeProfiles, type ProfiledRun } from '../profile/describe-profile.ts';
import { measureRoofline } from '../profile/roofline.ts';
import { EXIT, type Session } from '../session.ts';
import type { Spec, SpecValue } from '../spec.ts';

export interface ProfileArguments {
  readonly config?: string;
  readonly modelOption: Readonly<Record<string, SpecValue>>;
  readonly train: boolean;
  readonly batch: number;
  readonly size?: number;
  readonly backend: Spec;
  readonly optimizer: Spec;
  readonly maxMemory?: string;
  readonly rounds: number;
  /** Kernels that are listed. */
  readonly top: number;
  readonly json: boolean;
}

/** Runs in turn with and without a profile, so that a slow moment hurts both. */
interface Subject {
  readonly run: () => Promise<unknown>;
  readonly profile: () => Promise<ProgramProfile | undefined>;
  readonly dispose: () => Promise<void>;
}

/** Prints where the time of inference, or of a training step, goes. Weights and images are drawn. */
export async function profileCommand(session: Session, name: string, args: ProfileArguments): Promise<number> {
  const plugins = await session.plugins(args.config);
  const backend = create('backend', plugins.backends, args.backend);
  try {
    const roofline = await measureRoofline(backend);
    if (roofline === undefined) throw cannotProfile(backend);
    const subject = await (args.train ? trainingStep : inference)(plugins, backend, name, args);
    const runs: ProfiledRun[] = [];
    for (let round = -1; round < args.rounds; round++) {
      const start = performance.now();
      await subject.run();
      const unprofiled = (performance.now() - start) * 1e6;
      const profile = await subject.profile();
      if (profile === undefined) throw cannotProfile(backend);
      if (round >= 0) runs.push({ profile, unprofiled });
    }
    await subject.dispose();
    const summary = summarizeProfiles(runs, roofline);
    if (args.json) session.output.line(JSON.stringify({ name, target: backend.target, ...summary }, undefined, 2));
    else {
      const title = `${name}, ${args.train ? 'training step' : 'inference'}, batch ${String(args.batch)}, ${backend.target}`;
      for (const line of describeProfile(title, summary, args.top)) session.output.line(line);
    }
    return EXIT.ok;
  } finally {
    await backend.dispose();
  }
}

function cannotProfile({ name }: Backend): NetwrightError {
  return new NetwrightError({
    code: 'cli.profile',
    operation: 'profile',
    expected: 'a backend that tells the times of kernels',
    received: name,
    hint: 'use --backend cpu',
  });
}

function modelOf(
  plugins: Plugins,
  name: string,
  { modelOption, size }: ProfileArguments,
): ReturnType<typeof createModel> {
  return createModel(plugins.architectures, {
    name,
    options: { ...(size === undefined ? {} : { imageSize: size }), ...modelOption },
  });
}

async function trainingStep(
  plugins: Plugins,
  backend: Backend,
  name: string,
  args: ProfileArguments,
): Promise<Subject> {
  const model = modelOf(plugins, name, args);
  const optimizer = create('optimizer', plugins.optimizers, args.optimizer);
  const limit = args.maxMemory === undefined ? {} : { maxMemory: args.maxMemory };
  const trainer = await createTrainer({ model, backend, optimizer, loss: crossEntropy(), ...limit });
  const batch = {
    images: pixels([args.batch, ...model.inputShape]),
    labels: Int32Array.from({ length: args.batch }, (_, at) => at % model.classes),
  };
  return {
    run: () => trainer.step(batch),
    profile: () => trainer.profile(batch),
    dispose: () => trainer.dispose(),
  };
}

async function inference(plugins: Plugins, backend: Backend, name: string, args: ProfileArguments): Promise<Subject> {
  const model = modelOf(plugins, name, args);
  const graph = inferenceMode.run(model.build());
  const store = await backend.createStore();
  const limit = args.maxMemory === undefined ? {} : { maxMemory: args.maxMemory };
  const executable = await compile(graph, backend, { dims: { N: args.batch }, store, ...limit });
  for (const [entry, value] of initialize(graph, 0)) await store.write(entry, value);
  const shape = [args.batch, ...model.inputShape];
  const inputs = { image: { dtype: 'f32', shape, data: pixels(shape) } satisfies TensorData };
  return {
    run: () => executable.run(inputs),
    profile: async () => executable.profile?.(inputs),
    dispose: async () => {
      await executable.dispose();
      await store.dispose();
    },
  };
}

/** Some numbers from -1 to 1. */
function pixels(shape: readonly number[]): Float32Array {
  const length = shape.reduce((product, dim) => product * dim, 1);
  return Float32Array.from({ length }, (_, at) => ((at * 7919) % 2001) / 1000 - 1);
}
