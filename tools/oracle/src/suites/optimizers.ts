// Trajectories of optimizers with given gradients, learning-rate schedules, gradient clipping, and problems with a gradient of their own.

import { compile, type Backend, type TensorData } from '@netwright/compiler';
import {
  add,
  gradients,
  GraphBuilder,
  matmul,
  mul,
  slice,
  sub,
  sum,
  tensorType,
  constantTensor,
  type Tensor,
} from '@netwright/ir';
import {
  applyOptimizer,
  clipByNorm,
  clipByValue,
  constantLr,
  cosine,
  cosineWarmRestarts,
  cyclic,
  exponentialLr,
  globalNorm,
  gradientPoints,
  hyperInputs,
  lambdaLr,
  multiStepLr,
  oneCycle,
  polynomialLr,
  reduceOnPlateau,
  stepLr,
  warmup,
  type Optimizer,
  type Schedule,
} from '@netwright/optim';
import { newton } from '@netwright/optim-newton';
import { sgd } from '@netwright/optim-sgd';
import { outcomeOf, type OracleCase, type Outcome, type Suite } from '../case.ts';
import { compare, found } from '../compare.ts';
import { readJson } from '../files.ts';
import { createOptimizer, type TorchOptions } from '../optimizers.ts';

interface RecordedRun {
  readonly name: string;
  readonly source: string;
  readonly options: TorchOptions;
  readonly f32: readonly (readonly number[])[];
  readonly f64: readonly (readonly number[])[];
  readonly f32_vs_f64_max_abs: number;
}

interface RecordedSchedule {
  readonly name: string;
  readonly base_lr: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly lr: readonly number[];
  readonly momentum?: readonly number[];
  readonly metric?: readonly number[];
}

interface RecordedFunctionRun {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly x0?: readonly number[];
  readonly x: readonly (readonly number[])[];
}

interface OptimizersFile {
  readonly theta0: readonly number[];
  readonly grads: readonly (readonly number[])[];
  readonly runs: readonly RecordedRun[];
  readonly schedules: readonly RecordedSchedule[];
  readonly functions: {
    readonly quadratic: {
      readonly A: readonly (readonly number[])[];
      readonly b: readonly number[];
      readonly x0: readonly number[];
      readonly runs: readonly RecordedFunctionRun[];
    };
    readonly rosenbrock: { readonly runs: readonly RecordedFunctionRun[] };
  };
  readonly clipping: readonly RecordedClipping[];
}

interface RecordedClipping {
  readonly kind: 'global_norm' | 'value';
  readonly max: number;
  readonly grads: readonly (readonly number[] | readonly (readonly number[])[])[];
  readonly total_norm?: number;
  readonly clipped: readonly (readonly number[] | readonly (readonly number[])[])[];
}

export const optimizers: Suite = async (directory) => {
  const file = await readJson<OptimizersFile>(directory, 'optimizers.json');
  const { quadratic, rosenbrock } = file.functions;
  return [
    ...file.runs.map((run): OracleCase => ({
      name: `optimizers/runs/${run.name}`,
      run: (backend) => trajectory(file, run, backend),
    })),
    ...file.schedules.map((schedule): OracleCase => ({
      name: `optimizers/schedules/${schedule.name}`,
      run: () => Promise.resolve(scheduleOutcome(schedule)),
    })),
    ...quadratic.runs.map((run): OracleCase => ({
      name: `optimizers/quadratic/${run.name}`,
      run: (backend) => functionOutcome(run, quadratic.x0, (x) => quadraticValue(quadratic, x), backend),
    })),
    ...rosenbrock.runs.map((run): OracleCase => ({
      name: `optimizers/rosenbrock/${run.name}`,
      run: (backend) => functionOutcome(run, run.x0 ?? [], rosenbrockValue, backend),
    })),
    ...file.clipping.map((clipping, index): OracleCase => ({
      name: `optimizers/clipping/${clipping.kind}_${String(index)}`,
      run: (backend) => clippingOutcome(clipping, backend),
    })),
  ];
};

/** PyTorch's class for the first word of a run's name. */
const TYPES: Readonly<Record<string, string>> = {
  sgd: 'SGD',
  momentum: 'SGD',
  nesterov: 'SGD',
  adagrad: 'Adagrad',
  rmsprop: 'RMSprop',
  adam: 'Adam',
  adamw: 'AdamW',
  adadelta: 'Adadelta',
  adamax: 'Adamax',
  nadam: 'NAdam',
};

/** The rule that a run's name stands for. Textbook variants that PyTorch does not have say in their names where they differ. */
function optimizerOf({ name, options = {} }: Pick<RecordedRun, 'name'> & Partial<RecordedRun>): Optimizer | undefined {
  const rule = name.split('_')[0];
  if (!Object.hasOwn(TYPES, rule)) return undefined;
  return createOptimizer(
    TYPES[rule],
    { ...options, ...(rule === 'nesterov' ? { nesterov: true } : {}) },
    {
      lrInside: name.includes('lr_inside') || name.includes('rewritten'),
      lookAhead: name.includes('lookahead'),
      epsInside: name.includes('eps_inside_sqrt'),
      absoluteDecay: name.includes('decay_lambda'),
    },
  );
}

/** A program with the optimizer's update of one vector; the gradient is an input, or that of a function of the vector. */
async function vectorProgram(
  optimizer: Optimizer,
  start: readonly number[],
  backend: Backend,
  valueOf?: (theta: Tensor) => Tensor,
) {
  const builder = new GraphBuilder();
  builder.parameter('theta', [start.length]);
  const hyper = hyperInputs(builder, optimizer);
  if (valueOf === undefined) {
    const grad = builder.input('grad', tensorType('f32', [start.length]));
    applyOptimizer(builder, optimizer, { grads: { theta: grad }, hyper });
  } else {
    const { theta: point } = gradientPoints(builder, optimizer, { parameters: ['theta'], hyper });
    const loss = valueOf(point);
    applyOptimizer(builder, optimizer, { grads: { theta: gradients(loss, [point])[0] }, hyper, loss });
  }
  const store = await backend.createStore();
  const graph = builder.finish();
  const executable = await compile(graph, backend, { store });
  await store.write('theta', vector(start, backend));
  for (const [name, { type, init }] of Object.entries(graph.states)) {
    if (init.kind !== 'constant' || type.dtype !== 'f32') continue;
    const values = Array.from({ length: type.shape.length === 0 ? 1 : start.length }, () => init.value);
    await store.write(name, { ...vector(values, backend), shape: type.shape.map(Number) });
  }
  return {
    async step(
      hyper: Readonly<Record<string, number>>,
      gradientValue?: readonly number[],
    ): Promise<TensorData['data']> {
      const feeds = Object.entries(hyper).map(
        ([name, value]) => [`$hyper.${name}`, { ...vector([value], backend), shape: [] }] as const,
      );
      await executable.run({
        ...Object.fromEntries(feeds),
        ...(gradientValue === undefined ? {} : { grad: vector(gradientValue, backend) }),
      });
      return (await store.read('theta')).data;
    },
    async dispose(): Promise<void> {
      await executable.dispose();
      await store.dispose();
    },
  };
}

function vector(values: readonly number[], { capabilities }: Backend): TensorData {
  return {
    dtype: 'f32',
    shape: [values.length],
    data: capabilities.precision === 'f64' ? Float64Array.from(values) : Float32Array.from(values),
  };
}

async function trajectory({ theta0, grads }: OptimizersFile, run: RecordedRun, backend: Backend): Promise<Outcome> {
  const optimizer = optimizerOf(run);
  if (optimizer === undefined) return { status: 'notBuilt', subject: `optimizer run ${run.name}` };
  const double = backend.capabilities.precision === 'f64';
  // The recorded numbers are float32 printed with nine digits.
  const program = await vectorProgram(optimizer, theta0.map(Math.fround), backend);
  const failures: string[] = [];
  for (const [step, grad] of grads.entries()) {
    const { drop_after: dropAfter, gamma } = run.options;
    const dropped = typeof dropAfter === 'number' && typeof gamma === 'number' && step >= dropAfter;
    const hyper = dropped ? { ...optimizer.hyper, lr: optimizer.hyper.lr * gamma } : optimizer.hyper;
    const theta = await program.step(hyper, grad.map(Math.fround));
    const reference = double ? run.f64[step] : run.f32[step];
    const tolerance = double
      ? 1e-12 * Math.max(1, ...reference.map(Math.abs))
      : Math.max(8 * run.f32_vs_f64_max_abs, 2e-6);
    failures.push(...found(compare(`step ${String(step + 1)}`, theta, reference, tolerance)));
  }
  await program.dispose();
  return outcomeOf(failures);
}

function scheduleOf({ name, options }: RecordedSchedule): Schedule | undefined {
  const number = (key: string): number => Number(options[key]);
  const unit = 'step';
  switch (name) {
    case 'step':
      return stepLr({ stepSize: number('step_size'), gamma: number('gamma'), unit });
    case 'multistep':
      return multiStepLr({ milestones: options.milestones as readonly number[], gamma: number('gamma'), unit });
    case 'exponential':
      return exponentialLr({ gamma: number('gamma'), unit });
    case 'cosine_annealing':
      return cosine({ iterations: number('T_max'), minLr: number('eta_min') });
    case 'cosine_warm_restarts':
    case 'cosine_warm_restarts_mult2':
      return cosineWarmRestarts({
        period: number('T_0'),
        multiplier: number('T_mult'),
        minLr: number('eta_min'),
        unit,
      });
    case 'linear_warmup':
      return warmup({ steps: number('total_iters'), startFactor: number('start_factor') }, constantLr());
    case 'constant_factor':
      return constantLr({ factor: number('factor'), iterations: number('total_iters'), unit });
    case 'polynomial':
      return polynomialLr({ iterations: number('total_iters'), power: number('power'), unit });
    case 'warmup_then_cosine': {
      const parts = options as unknown as {
        readonly warmup: { readonly start_factor: number; readonly total_iters: number };
        readonly cosine: { readonly T_max: number; readonly eta_min: number };
      };
      return warmup(
        { steps: parts.warmup.total_iters, startFactor: parts.warmup.start_factor },
        cosine({ iterations: parts.cosine.T_max, minLr: parts.cosine.eta_min }),
      );
    }
    case 'inverse_sqrt_lambda':
      return lambdaLr((time) => 1 / Math.sqrt(time + 1));
    case 'one_over_t_lambda':
      return lambdaLr((time) => 1 / (1 + number('decay') * time));
    case 'one_cycle_cos':
    case 'one_cycle_linear':
      return oneCycle({
        maxLr: number('max_lr'),
        risingShare: number('pct_start'),
        divFactor: number('div_factor'),
        finalDivFactor: number('final_div_factor'),
        anneal: options.anneal_strategy === 'linear' ? 'linear' : 'cosine',
        momentum: [number('base_momentum'), number('max_momentum')],
      });
    case 'cyclic_triangular2':
      return cyclic({
        lr: number('base_lr'),
        maxLr: number('max_lr'),
        stepSizeUp: number('step_size_up'),
        mode: 'triangular2',
      });
    case 'reduce_on_plateau':
      return reduceOnPlateau({
        mode: options.mode === 'max' ? 'max' : 'min',
        factor: number('factor'),
        patience: number('patience'),
        threshold: number('threshold'),
        thresholdMode: options.threshold_mode === 'abs' ? 'abs' : 'rel',
        cooldown: number('cooldown'),
        minLr: number('min_lr'),
        eps: number('eps'),
      });
    default:
      return undefined;
  }
}

function scheduleOutcome(recorded: RecordedSchedule): Outcome {
  const schedule = scheduleOf(recorded);
  if (schedule === undefined) return { status: 'notBuilt', subject: `schedule ${recorded.name}` };
  const totalSteps =
    typeof recorded.options.total_steps === 'number' ? recorded.options.total_steps : recorded.lr.length;
  const base = { lr: recorded.base_lr, momentum: 0.9 };
  let state = schedule.initial;
  const rates: number[] = [];
  const momenta: number[] = [];
  recorded.lr.forEach((_, step) => {
    const values = schedule.at({ step, stepsPerEpoch: 1, totalSteps }, base, state);
    rates.push(values.lr);
    momenta.push(values.momentum);
    if (recorded.metric !== undefined) state = schedule.observe?.(state, recorded.metric[step], base) ?? state;
  });
  return outcomeOf(
    found(
      compare('lr', rates, recorded.lr, 1e-12),
      recorded.momentum === undefined ? undefined : compare('momentum', momenta, recorded.momentum, 1e-12),
    ),
  );
}

type Quadratic = OptimizersFile['functions']['quadratic'];

/** `x^T A x / 2 - b^T x`. */
function quadraticValue({ A: a, b }: Quadratic, x: Tensor): Tensor {
  const image = matmul(constantTensor(x.builder, a.flat(), [b.length, b.length]), x);
  return sub(mul(sum(mul(x, image)), 0.5), sum(mul(x, constantTensor(x.builder, b, [b.length]))));
}

/** `(1 - x)^2 + 100 (y - x^2)^2`. */
function rosenbrockValue(x: Tensor): Tensor {
  const [first, second] = [0, 1].map((at) => sum(slice(x, { starts: [at], ends: [at + 1] })));
  const [miss, valley] = [sub(1, first), sub(second, mul(first, first))];
  return add(mul(miss, miss), mul(mul(valley, valley), 100));
}

interface FunctionOptimizer {
  readonly optimizer: Optimizer;
  /** Tolerance in single precision, as a share of the iterate; default 1e-5. */
  readonly single?: number;
}

function optimizerOfFunction({ name, options = {} }: RecordedFunctionRun): FunctionOptimizer | undefined {
  const given = { ...options, momentum: options.mu };
  switch (name) {
    case 'newton':
      // Rosenbrock's Hessian has a condition number of 2500.
      return { optimizer: newton(), single: 1e-3 };
    case 'gradient_descent':
      return { optimizer: sgd({ lr: Number(options.lr) }) };
    default: {
      const optimizer = optimizerOf({ name, options: given });
      return optimizer === undefined ? undefined : { optimizer };
    }
  }
}

async function functionOutcome(
  run: RecordedFunctionRun,
  start: readonly number[],
  valueOf: (x: Tensor) => Tensor,
  backend: Backend,
): Promise<Outcome> {
  const made = optimizerOfFunction(run);
  if (made === undefined) return { status: 'notBuilt', subject: `optimizer ${run.name}` };
  const { optimizer, single = 1e-5 } = made;
  const program = await vectorProgram(optimizer, start, backend, valueOf);
  const failures: string[] = [];
  const tolerance = backend.capabilities.precision === 'f64' ? 1e-12 : single;
  for (const [step, reference] of run.x.entries()) {
    const theta = await program.step(optimizer.hyper);
    failures.push(
      ...found(
        compare(`step ${String(step + 1)}`, theta, reference, tolerance * Math.max(1, ...reference.map(Math.abs))),
      ),
    );
  }
  await program.dispose();
  return outcomeOf(failures);
}

async function clippingOutcome(
  { kind, max, grads, clipped, total_norm: norm }: RecordedClipping,
  backend: Backend,
): Promise<Outcome> {
  const builder = new GraphBuilder();
  const flat = grads.map((grad) => grad.flat());
  const inputs = Object.fromEntries(
    flat.map((grad, index) => [
      `g${String(index)}`,
      builder.input(`g${String(index)}`, tensorType('f32', [grad.length])),
    ]),
  );
  const total = globalNorm(inputs);
  const limited = kind === 'value' ? clipByValue(inputs, max) : clipByNorm(inputs, max, total);
  flat.forEach((_, index) => builder.output(`c${String(index)}`, limited[`g${String(index)}`]));
  builder.output('norm', total);
  const executable = await compile(builder.finish(), backend);
  const outputs = await executable.run(
    Object.fromEntries(flat.map((grad, index) => [`g${String(index)}`, vector(grad, backend)])),
  );
  await executable.dispose();
  return outcomeOf([
    ...clipped.flatMap((reference, index) =>
      found(compare(`gradient ${String(index)}`, outputs[`c${String(index)}`].data, reference.flat(), 1e-5 * max)),
    ),
    ...(norm === undefined ? [] : found(compare('norm', outputs.norm.data, [norm], 1e-5 * norm))),
  ]);
}
