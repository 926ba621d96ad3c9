// The suite must fail for a backend with a fault: each fault here is one that a case must notice.

import { reference } from '@netwright/backend-reference';
import type { Backend, Executable, LoadOptions, Store, TensorData } from '@netwright/compiler';
import { NetwrightError, primitives, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { checkCase } from '../src/backend/check-case.ts';
import { functionCases, maskCases } from '../src/backend/function-cases.ts';
import { PRIMITIVE_NAMES, primitiveCases } from '../src/backend/primitive-cases.ts';
import { runCases } from '../src/backend/run-cases.ts';
import { storeCases } from '../src/backend/store-cases.ts';
import { trainingCases } from '../src/backend/training-cases.ts';

type Run = Executable['run'];
type Load = (graph: Graph, store: Store, options: LoadOptions) => Promise<Executable>;

/** The reference in single precision with another `load`. */
function withLoad(change: (load: Load) => Load): Backend {
  const backend = reference({ precision: 'f32' });
  return { ...backend, load: change(backend.load) };
}

/** The reference in single precision with other results. */
function withResults(
  change: (results: Record<string, TensorData>, graph: Graph) => Record<string, TensorData>,
): Backend {
  return withLoad((load) => async (graph, store, options) => {
    const executable = await load(graph, store, options);
    const run: Run = async (inputs) => change(await executable.run(inputs), graph);
    return { report: executable.report, run, dispose: () => executable.dispose() };
  });
}

/** Changes the last element of every f32 result. */
function withLast(change: (value: number) => number): Backend {
  return withResults((results) =>
    Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => {
        const data = tensor.data.slice();
        if (tensor.dtype === 'f32' && data.length > 0) data[data.length - 1] = change(data[data.length - 1]);
        return [name, { ...tensor, data }];
      }),
    ),
  );
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'passed',
    (error: unknown) => (error as { readonly code?: string }).code ?? 'assertion',
  );
}

/** Codes of all cases of some operations. */
async function codes(backend: Backend, ops: readonly (keyof typeof primitives)[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const op of ops)
    for (const one of primitiveCases(op)) found.add(await codeOf(checkCase(backend, one.name, one)));
  return found;
}

describe('a backend that', () => {
  it('is a few units in the last place off in sums is accepted, a few thousand is not', async () => {
    const off = (units: number) => withLast((value) => value * (1 + units * 2 ** -23));
    const [matrix] = primitiveCases('matmul');
    expect(await codeOf(checkCase(off(8), 'matmul', matrix))).toBe('passed');
    const failed = await Promise.all(
      primitiveCases('matmul').map((one) => codeOf(checkCase(off(2000), 'matmul', one))),
    );
    expect(failed).toContain('testing.value');
  });

  it('loses small values of an elementwise operation is noticed, whatever the largest is', async () => {
    const flush = withResults((results) =>
      Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [
          name,
          tensor.dtype === 'f32' ? { ...tensor, data: tensor.data.map((x) => (Math.abs(x) < 1e-6 ? 0 : x)) } : tensor,
        ]),
      ),
    );
    for (const op of ['mul', 'exp', 'tanh', 'erf'] as const) {
      const found = await codes(flush, [op]);
      expect([op, found.has('testing.value')]).toEqual([op, true]);
    }
  });

  it('changes a single bit in a moved element is noticed', async () => {
    const found = await codes(
      withLast((value) => value * (1 + 2 ** -23)),
      ['transpose', 'concat', 'slice', 'pad', 'reshape', 'broadcastTo'],
    );
    expect(found.has('testing.value')).toBe(true);
  });

  it('gives finite numbers for infinite ones is noticed', async () => {
    const capped = withResults((results) =>
      Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [
          name,
          { ...tensor, data: tensor.data.map((x) => (x === Infinity ? 3.4e38 : x)) },
        ]),
      ),
    );
    expect(await codes(capped, ['add', 'mul', 'exp'])).toContain('testing.value');
  });

  it('is one off in integers is noticed', async () => {
    const off = withResults((results) =>
      Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [
          name,
          tensor.dtype === 'i32' ? { ...tensor, data: tensor.data.map((x) => x + 1) } : tensor,
        ]),
      ),
    );
    expect(await codes(off, ['argmax', 'iota'])).toContain('testing.value');
  });

  it('gives another shape, or other outputs, is noticed', async () => {
    const flat = withResults((results) =>
      Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, { ...tensor, shape: [tensor.data.length] }]),
      ),
    );
    expect(await codes(flat, ['matmul'])).toContain('testing.type');
    const renamed = withResults((results) =>
      Object.fromEntries(Object.entries(results).map(([name, tensor]) => [`${name}'`, tensor])),
    );
    expect(await codes(renamed, ['matmul'])).toEqual(new Set(['testing.outputs']));
  });

  it('draws another mask is noticed', async () => {
    const other = withLoad((load) => async (graph, store, options) => {
      const executable = await load(graph, store, options);
      const run: Run = (inputs) =>
        executable.run(
          Object.hasOwn(inputs, '$step')
            ? { ...inputs, $step: { dtype: 'i32', shape: [], data: Int32Array.of(9) } }
            : inputs,
        );
      return { report: executable.report, run, dispose: () => executable.dispose() };
    });
    for (const one of maskCases) expect(await codeOf(checkCase(other, one.name, one)), one.name).toBe('testing.bits');
  });

  it('refuses what it does not list is noticed; what it lists, it must refuse', async () => {
    const [relu] = functionCases;
    const refuses = withLoad(() => () => Promise.reject(new Error('not yet')));
    expect(await codeOf(checkCase(refuses, 'relu', relu))).toBe('testing.refused');
    const [value] = primitiveCases('sin');
    const listed = (backend: Backend): Backend => ({
      ...backend,
      capabilities: { ...backend.capabilities, unsupported: ['sin'] },
    });
    expect(await codeOf(checkCase(listed(reference()), 'sin', value))).toBe('assertion');
    const refusing = withLoad((load) => (graph, store, options) => {
      if (!graph.nodes.some(({ op }) => op === 'sin')) return load(graph, store, options);
      return Promise.reject(new NetwrightError({ code: 'example.unsupported', operation: 'sin' }));
    });
    expect(await checkCase(listed(refusing), 'sin', value)).toBe('refused');
    expect(await checkCase(listed(refusing), 'relu', relu)).toBe('compared');
  });

  const check = (cases: typeof storeCases, name: string, backend: Backend): Promise<string> => {
    const found = cases.find((one) => one.name === name);
    if (found === undefined) throw new RangeError(`no case ${name}`);
    return codeOf(found.check(backend));
  };

  it('applies updates one after the other is noticed', async () => {
    const sequential = withLoad((load) => async (graph, store, options) => {
      const executable = await load(graph, store, options);
      const run: Run = async (inputs) => {
        const results = await executable.run(inputs);
        const [first, second] = Object.keys(graph.updates);
        if (second !== undefined) await store.write(second, await store.read(first));
        return results;
      };
      return { report: executable.report, run, dispose: () => executable.dispose() };
    });
    expect(await check(runCases, 'updates read the values from before the run', sequential)).not.toBe('passed');
  });

  it('updates a step whose loss is not finite is noticed', async () => {
    const ungated = withLoad((load) => (graph, store, options) => {
      const updates = Object.fromEntries(
        Object.entries(graph.updates).map(([name, value]) => [name, gated(graph, value)]),
      );
      return load({ ...graph, updates }, store, options);
    });
    expect(await codeOf(trainingCases[0].check(ungated))).toBe('passed');
    expect(await codeOf(trainingCases[1].check(ungated))).not.toBe('passed');
  });

  it('trains with a slightly different rate is noticed', async () => {
    const faster = withLoad((load) => async (graph, store, options) => {
      const executable = await load(graph, store, options);
      const run: Run = (inputs) => {
        const lr = inputs['$hyper.lr'];
        return executable.run(
          lr === undefined ? inputs : { ...inputs, '$hyper.lr': { ...lr, data: lr.data.map((x) => x * 1.001) } },
        );
      };
      return { report: executable.report, run, dispose: () => executable.dispose() };
    });
    expect(await codeOf(trainingCases[0].check(faster))).toBe('testing.value');
  });

  it('hands out its own memory is noticed', async () => {
    const kept = new Map<string, TensorData>();
    const shared = withResults((results) =>
      Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => {
          const own = kept.get(name) ?? tensor;
          if (own !== tensor && own.data.length === tensor.data.length) own.data.set(tensor.data);
          kept.set(name, own);
          return [name, own];
        }),
      ),
    );
    expect(await check(runCases, 'results belong to the caller', shared)).not.toBe('passed');
  });

  it('keeps f32 entries with less precision is noticed', async () => {
    const backend = reference({ precision: 'f32' });
    const coarse: Backend = {
      ...backend,
      async createStore() {
        const store = await backend.createStore();
        return {
          backend: store.backend,
          get entries() {
            return store.entries;
          },
          get version() {
            return store.version;
          },
          declare: (entries) => store.declare(entries),
          read: (name) => store.read(name),
          write: (name, tensor) =>
            store.write(
              name,
              tensor.dtype === 'f32'
                ? { ...tensor, data: tensor.data.map((x) => (Math.abs(x) < 1e-38 ? 0 : x)) }
                : tensor,
            ),
          dispose: () => store.dispose(),
        };
      },
    };
    expect(await check(storeCases, 'gives back an f32 matrix', coarse)).toBe('testing.bits');
  });
});

it('a failure says where, what, how far, and how to run it alone', async () => {
  const wrong = withLast(() => 7);
  const [, gradient] = primitiveCases('add');
  const error: unknown = await checkCase(wrong, 'add, matrix, gradient', gradient).catch((thrown: unknown) => thrown);
  expect(String(error)).toMatch(
    /^NetwrightError: add, matrix, gradient \(output d0.*\): expected \S+ within \S+, received 7; at \[2, 3\] of f32\[3, 4\]; the difference is \S+\. Hint: run it alone with vitest run -t 'a failure says where, what, how far, and how to run it alone' \[testing\.value\]$/,
  );
});

it('every primitive has cases, and a gradient where it has a rule', () => {
  for (const op of PRIMITIVE_NAMES) {
    const names = primitiveCases(op).map(({ name }) => name);
    expect(names.length, op).toBeGreaterThan(0);
    expect(new Set(names).size, op).toBe(names.length);
    expect(
      names.some((name) => name.endsWith(', gradient')),
      op,
    ).toBe(primitives[op].vjp !== null);
  }
});

/** The value behind a gate: what the update would be were the gate always open. */
function gated(graph: Graph, value: number): number {
  const node = graph.nodes[value];
  return node.op === 'where' ? node.inputs[1] : value;
}
