import { reference } from '@netwright/backend-reference';
import type {
  Backend,
  Executable,
  Expr,
  Kernel,
  KernelProgram,
  LoadOptions,
  Store,
  TensorData,
} from '@netwright/compiler';
import { interpreterBackend } from '@netwright/compiler/interpreter';
import { unary, rewrite } from '@netwright/compiler/kernels';
import type { Graph } from '@netwright/ir';
import { backendSuite } from '../../src/backend/test-backend.ts';
import type { Mutant, MutatedKind } from './mutant.ts';

type Run = Executable['run'];
type Load = (graph: Graph, store: Store, options: LoadOptions) => Promise<Executable>;
type Results = Record<string, TensorData>;

/** The reference in single precision with another `load`. */
function withLoad(change: (load: Load) => Load): Backend {
  const backend = reference({ precision: 'f32' });
  return { ...backend, load: change(backend.load) };
}

/** The reference in single precision with another `run`. */
function withRun(change: (run: Run, graph: Graph, store: Store) => Run): Backend {
  return withLoad((load) => async (graph, store, options) => {
    const executable = await load(graph, store, options);
    const run = change((inputs) => executable.run(inputs), graph, store);
    return { report: executable.report, run, dispose: () => executable.dispose() };
  });
}

const withResults = (change: (results: Results, graph: Graph) => Results): Backend =>
  withRun((run, graph) => async (inputs) => change(await run(inputs), graph));

const mapTensors = (results: Results, change: (tensor: TensorData) => TensorData): Results =>
  Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, change(tensor)]));

const mapFloats = (change: (value: number, index: number, all: ArrayLike<number>) => number): Backend =>
  withResults((results) =>
    mapTensors(results, (tensor) => {
      if (tensor.dtype !== 'f32') return tensor;
      const data = Float32Array.from(tensor.data);
      return { ...tensor, data: data.map((value, i) => change(value, i, data)) };
    }),
  );

/** The interpreter of kernels with another schedule. */
function withKernels(isChanged: (kernel: Kernel) => boolean, change: (kernel: Kernel) => Kernel): Backend {
  const pass = {
    name: 'fault',
    requires: 'kernels',
    guarantees: 'a fault',
    run: (program: KernelProgram): KernelProgram => ({
      ...program,
      kernels: program.kernels.map((kernel) => (isChanged(kernel) ? change(kernel) : kernel)),
    }),
  };
  return interpreterBackend({ precision: 'f32', passes: [pass] });
}

const of =
  (op: string) =>
  (kernel: Kernel): boolean =>
    kernel.sources.some((source) => source.op === op);

function mapValues(kernel: Kernel, replace: (expr: Expr) => Expr | undefined): Kernel {
  const outputs = kernel.outputs.map((output) => ({
    ...output,
    value: rewrite(output.value, { axes: new Map(), extents: new Map(), replace }),
  }));
  return { ...kernel, outputs };
}

const fill =
  (value: number) =>
  (expr: Expr): Expr | undefined =>
    expr.kind === 'load' && expr.guards.length > 0 ? { ...expr, fill: value } : undefined;

const mutants: readonly (Omit<Mutant, 'suite'> & { readonly backend: () => Backend })[] = [
  {
    fault: 'sums that are thousands of units in the last place off',
    backend: () => mapFloats((value) => value * (1 + 2000 * 2 ** -23)),
    only: /^matmul > /,
    fails: /^matmul > /,
    says: /^NetwrightError: faulty > matmul > .*\(output y in matmul\): expected \S+ within \S+, received \S+; at \[.*\] of f32/,
  },
  {
    fault: 'small values that are lost',
    backend: () => mapFloats((value) => (Math.abs(value) < 1e-6 ? 0 : value)),
    only: /^(mul|tanh) > /,
    fails: /^(mul|tanh) > /,
    says: /expected \S+ within \S+, received 0;/,
  },
  {
    fault: 'a single bit of a moved element',
    backend: () => mapFloats((value, i, { length }) => (i === length - 1 ? value * (1 + 2 ** -23) : value)),
    only: /^(transpose|slice) > /,
    fails: /^(transpose|slice) > /,
    says: /expected \S+ within 0, received/,
  },
  {
    fault: 'finite numbers for infinite ones',
    backend: () => mapFloats((value) => (value === Infinity ? 3.4e38 : value)),
    only: /^(mul|exp) > /,
    fails: /^(mul|exp) > /,
    says: /expected \S+ within \S+, received 3\.39\S+; at/,
  },
  {
    fault: 'integers that are one off',
    backend: () =>
      withResults((results) =>
        mapTensors(results, (tensor) =>
          tensor.dtype === 'i32' ? { ...tensor, data: tensor.data.map((x) => x + 1) } : tensor,
        ),
      ),
    only: /^argmax > /,
    fails: /^argmax > /,
    says: /argmax.*within 0, received/,
  },
  {
    fault: 'the wrong shape',
    backend: () =>
      withResults((results) => mapTensors(results, (tensor) => ({ ...tensor, shape: [tensor.data.length] }))),
    only: /^matmul > /,
    fails: /^matmul > /,
    says: /expected f32\[.*, .*\] with \d+ elements, received f32\[\d+\] with/,
  },
  {
    fault: 'outputs of other names',
    backend: () =>
      withResults((results) =>
        Object.fromEntries(Object.entries(results).map(([name, tensor]) => [`${name}'`, tensor])),
      ),
    only: /^matmul > /,
    fails: /^matmul > /,
    says: /expected y, received y'/,
  },
  {
    fault: 'another mask',
    backend: () =>
      withRun(
        (run) => (inputs) =>
          run(
            Object.hasOwn(inputs, '$step')
              ? { ...inputs, $step: { dtype: 'i32', shape: [], data: Int32Array.of(9) } }
              : inputs,
          ),
      ),
    only: /^random masks > /,
    fails: /^random masks > /,
    says: /\(output y in block\): expected exactly \S+, received/,
  },
  {
    fault: 'a refusal of what is not listed',
    backend: () => withLoad(() => () => Promise.reject(new Error('not yet'))),
    only: /^functions > relu$/,
    fails: ['functions > relu'],
    says: /expected results from reference, .* received not yet\. Hint: support it, or list the primitive.*\[testing\.refused\]$/,
  },
  {
    fault: 'a listed primitive that runs all the same',
    backend: () => {
      const backend = reference({ precision: 'f32' });
      return { ...backend, capabilities: { ...backend.capabilities, unsupported: ['sin'] } };
    },
    only: /^sin > /,
    fails: /^sin > /,
    says: /\(load, of what reference lists as unsupported\): expected an error of Netwright, received none/,
  },
  {
    fault: 'updates one after the other',
    backend: () =>
      withRun((run, graph, store) => async (inputs) => {
        const results = await run(inputs);
        const [first, second] = Object.keys(graph.updates);
        if (second !== undefined) await store.write(second, await store.read(first));
        return results;
      }),
    only: /^runs > updates read/,
    fails: ['runs > updates read the values from before the run'],
    says: /\(output (a|sum), at \[0\]\): expected/,
  },
  {
    fault: 'a step that is not gated',
    backend: () =>
      withLoad((load) => (graph, store, options) => {
        const open = (value: number): number =>
          graph.nodes[value].op === 'where' ? graph.nodes[value].inputs[1] : value;
        const updates = Object.fromEntries(Object.entries(graph.updates).map(([name, value]) => [name, open(value)]));
        return load({ ...graph, updates }, store, options);
      }),
    only: /^training > .*NaN/,
    fails: /^training > leaves everything as it was/,
    says: /\(store after a step with a bad image, output \S+\): expected exactly \S+, received NaN/,
  },
  {
    fault: 'a learning rate that is a thousandth too large',
    backend: () =>
      withRun((run) => (inputs) => {
        const { '$hyper.lr': lr } = inputs;
        return run(
          lr === undefined ? inputs : { ...inputs, '$hyper.lr': { ...lr, data: lr.data.map((x) => x * 1.001) } },
        );
      }),
    only: /^training > follows/,
    fails: /^training > follows/,
    says: /\(store after step \d, output \S+\): expected \S+ within/,
  },
  {
    fault: 'results in its own memory',
    backend: () => {
      const kept = new Map<string, TensorData>();
      return withResults((results) =>
        Object.fromEntries(
          Object.entries(results).map(([name, tensor]) => {
            const own = kept.get(name) ?? tensor;
            if (own !== tensor && own.data.length === tensor.data.length) own.data.set(tensor.data);
            kept.set(name, own);
            return [name, own];
          }),
        ),
      );
    },
    only: /^runs > results belong/,
    fails: ['runs > results belong to the caller'],
    says: /\(output y of the first run, after the second, at \[0\]\): expected/,
  },
  {
    fault: 'a stale store',
    backend: () =>
      withRun((run, graph, store) => {
        const first = new Map<string, TensorData>();
        return async (inputs) => {
          const names = Object.keys(graph.parameters);
          const now = await Promise.all(names.map((name) => store.read(name)));
          for (const [at, name] of names.entries()) {
            if (!first.has(name)) first.set(name, now[at]);
            await store.write(name, first.get(name) ?? now[at]);
          }
          const results = await run(inputs);
          for (const [at, name] of names.entries()) await store.write(name, now[at]);
          return results;
        };
      }),
    only: /^runs > a run reads what was written last/,
    fails: ['runs > a run reads what was written last, also where it prepares parameters'],
    says: /\(output y after scale became 2, at \[0\]\): expected/,
  },
  {
    fault: 'a store that loses the smallest numbers',
    backend: () => {
      const backend = reference({ precision: 'f32' });
      return {
        ...backend,
        async createStore() {
          const store = await backend.createStore();
          const write: Store['write'] = (name, tensor) =>
            store.write(
              name,
              tensor.dtype === 'f32'
                ? { ...tensor, data: tensor.data.map((x) => (Math.abs(x) < 1e-38 ? 0 : x)) }
                : tensor,
            );
          return Object.assign(Object.create(store) as Store, { write });
        },
      };
    },
    only: /^store > gives back an f32 matrix/,
    fails: ['store > gives back an f32 matrix'],
    says: /\(output entry\): expected exactly -0, received 0; at \[0, 1\] of f32\[5, 19\]/,
  },
  {
    fault: 'a convolution that ignores padding',
    backend: () =>
      withKernels(of('conv2d'), (kernel) =>
        mapValues(kernel, (expr) => (expr.kind === 'load' ? { ...expr, guards: [] } : undefined)),
      ),
    only: /^conv2d > .*padd/,
    fails: /^conv2d > /,
    says: /verifyProgram: .* conv2d:conv2d: a load of b0: .*axis [23] has length/,
  },
  {
    fault: 'padding that is not zero',
    backend: () => withKernels(of('conv2d'), (kernel) => mapValues(kernel, fill(1))),
    only: /^conv2d > .*padd/,
    fails: /^conv2d > /,
    says: /\(output y in conv2d\): expected \S+ within/,
  },
  {
    fault: 'padding of zero where the largest is sought',
    backend: () => withKernels(of('maxPool2d'), (kernel) => mapValues(kernel, fill(0))),
    only: /^maxPool2d > /,
    fails: /^maxPool2d > /,
    says: /\(output y in maxPool2d\): expected -\S+ within \S+, received 0;/,
  },
  {
    fault: 'an off-by-one in pooling',
    backend: () =>
      withKernels(of('avgPool2d'), (kernel) => ({
        ...kernel,
        reductionAxes: kernel.reductionAxes.map((axis) => ({ ...axis, extent: Math.max(1, axis.extent - 1) })),
      })),
    only: /^avgPool2d > [^,]*(,[^,]*)?$/,
    fails: /^avgPool2d > /,
    says: /avgPool2d/,
  },
  {
    fault: 'a weight gradient of the wrong sign',
    backend: () =>
      withKernels(of('conv2dWeightGrad'), (kernel) => ({
        ...kernel,
        outputs: kernel.outputs.map((output) => ({ ...output, value: unary('neg', output.value) })),
      })),
    only: /^conv2d > .*gradient$/,
    fails: /^conv2d > .*gradient$/,
    says: /\(output d1 in conv2d\): expected \S+ within/,
  },
];

export const backends: MutatedKind = {
  kind: 'backend',
  mutants: mutants.map(({ backend, ...mutant }) => ({ ...mutant, suite: () => backendSuite('faulty', backend) })),
};
