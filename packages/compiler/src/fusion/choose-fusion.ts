// Decides which values become buffers and which become part of the kernels that use them.

import { isPrimitiveNode, primitives, type Graph } from '@netwright/ir';
import { childrenOf, loadsOf, reducesOf } from '../kernels/expression.ts';
import { isAffine } from '../kernels/index-algebra.ts';
import type { Expr } from '../kernels/kernel.ts';
import type { LoweredNode } from '../lowering/lowering.ts';

export interface Fusion {
  /** Whether the value, lowered so, is computed inside its users' kernels. Called once for each value, in topological order. */
  inline(id: number, lowered: LoweredNode): boolean;
  /** Values that are computed inside the kernel of `id`. */
  members(id: number): readonly number[];
}

/** Most distinct loads, and most operations, of an expression that goes on growing. */
const MOST_LOADS = 12;
const MOST_OPERATIONS = 80;

/** Arithmetic that is cheaper to repeat than to store and load, and the loads of whole tensors that may be repeated with it. */
const CHEAP_OPERATIONS = 4;
const CHEAP_LOADS = 1;

/**
 * The rules, in order:
 * 1. constants and positions are always inlined;
 * 2. what feeds only updates, element by element, is inlined: the update's kernel computes it once for all its outputs;
 * 3. a value that contains a reduction is inlined into its only user when that works element by element (bias, norm, activation, residual) and has not
 *    taken up another reduction yet;
 * 4. a plain affine view is always inlined;
 * 5. operands of contractions and windows are buffers, and so is what a broadcast repeats;
 * 6. all else is inlined into a single user, or into several when repeating it is cheaper than storing it.
 */
export function chooseFusion(graph: Graph, order: readonly number[], shapeOf: (id: number) => readonly number[]): Fusion {
  const users = usersOf(graph, order);
  const outputs = new Set(Object.values(graph.outputs).map(({ value }) => value));
  const updated = new Set(Object.values(graph.updates));
  const family = (id: number): string => {
    const node = graph.nodes[id];
    return isPrimitiveNode(node) ? primitives[node.op].traits.family : 'input';
  };
  const elements = (id: number): number => shapeOf(id).reduce((product, dim) => product * dim, 1);
  const feedsUpdatesOnly = updateClosure(graph, order, users, outputs, updated, family, (id) => shapeOf(id).join());
  const expands = memoized((id, self): boolean =>
    usersFor(users, id).some((user) => (family(user) === 'view' ? elements(user) > elements(id) || self(user) : family(user) === 'gather')),
  );
  const feedsContraction = memoized((id, self): boolean =>
    usersFor(users, id).some((user) => ['contraction', 'window', 'gather'].includes(family(user)) || (family(user) === 'view' && self(user))),
  );
  const claimed = new Set<number>();
  const inlined = new Map<number, boolean>();

  const decide = (id: number, { value }: LoweredNode): boolean => {
    if (outputs.has(id)) return false;
    if (value.kind === 'const' || value.kind === 'index') return true;
    const loads = loadsOf(value);
    const operations = countOperations(value);
    if (loads.length > MOST_LOADS || operations.total > MOST_OPERATIONS) return false;
    const own = usersFor(users, id);
    if (reducesOf(value).length > 0) {
      const [user] = own;
      if (own.length !== 1 || updated.has(id) || user === undefined || family(user) !== 'elementwise' || claimed.has(user)) return false;
      claimed.add(user);
      return true;
    }
    if (feedsUpdatesOnly.has(id)) return true;
    if (value.kind === 'load' && value.guards.length === 0 && value.index.every(isAffine)) return true;
    if (feedsContraction(id) || (expands(id) && (operations.total > 0 || loads.length > 1))) return false;
    if (own.length + (updated.has(id) ? 1 : 0) <= 1) return true;
    const whole = loads.filter(({ index }) => index.length > 1).length;
    return operations.heavy === 0 && operations.total <= CHEAP_OPERATIONS && whole <= CHEAP_LOADS;
  };

  return {
    inline(id, lowered) {
      const result = decide(id, lowered);
      inlined.set(id, result);
      return result;
    },
    members(id) {
      const found: number[] = [];
      const visit = (current: number): void => {
        for (const input of graph.nodes[current].inputs) {
          if (inlined.get(input) !== true || found.includes(input)) continue;
          visit(input);
          if (!found.includes(input)) found.push(input);
        }
      };
      visit(id);
      return found;
    },
  };
}

type Users = ReadonlyMap<number, readonly number[]>;

/** Distinct users of each value. */
function usersOf(graph: Graph, order: readonly number[]): Users {
  const users = new Map<number, number[]>();
  for (const id of order) {
    for (const input of new Set(graph.nodes[id].inputs)) {
      const known = users.get(input);
      if (known === undefined) users.set(input, [id]);
      else known.push(id);
    }
  }
  return users;
}

function usersFor(users: Users, id: number): readonly number[] {
  return users.get(id) ?? [];
}

/** Elementwise values of an update's own shape that nothing but updates needs. */
function updateClosure(
  graph: Graph,
  order: readonly number[],
  users: Users,
  outputs: ReadonlySet<number>,
  updated: ReadonlySet<number>,
  family: (id: number) => string,
  shape: (id: number) => string,
): ReadonlySet<number> {
  const closure = new Set<number>();
  for (const id of [...order].reverse()) {
    const own = usersFor(users, id);
    const needed = own.length > 0 || updated.has(id);
    const inside = own.every((user) => closure.has(user) && shape(user) === shape(id));
    if (needed && inside && !outputs.has(id) && family(id) === 'elementwise' && graph.nodes[id].type.shape.length > 0) closure.add(id);
  }
  return closure;
}

function memoized(compute: (id: number, self: (id: number) => boolean) => boolean): (id: number) => boolean {
  const known = new Map<number, boolean>();
  const self = (id: number): boolean => {
    const value = known.get(id) ?? compute(id, self);
    known.set(id, value);
    return value;
  };
  return self;
}

const HEAVY: ReadonlySet<string> = new Set(['div', 'pow', 'sqrt', 'exp', 'log', 'sin', 'cos']);

/** Distinct operations of an expression, and how many of them are expensive. */
function countOperations(value: Expr): { readonly total: number; readonly heavy: number } {
  const seen = new Set<Expr>();
  let total = 0;
  let heavy = 0;
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind !== 'const' && expr.kind !== 'load' && expr.kind !== 'index') total++;
    if ((expr.kind === 'unary' || expr.kind === 'binary') && HEAVY.has(expr.op)) heavy++;
    childrenOf(expr).forEach(visit);
  };
  visit(value);
  return { total, heavy };
}
