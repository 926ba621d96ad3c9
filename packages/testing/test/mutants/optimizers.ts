import { add, div, mul, neg, pow, sqrt, sub, type Tensor } from '@netwright/ir';
import { defineOptimizer } from '@netwright/optim';
import { optimizerSuite } from '../../src/optimizer/test-optimizer.ts';
import type { OptimizerOracle } from '../../src/optimizer/trajectory.ts';
import type { Suite } from '../../src/suite/suite.ts';
import type { Mutant, MutatedKind } from './mutant.ts';
import { readRecorded } from '../../../../tools/workspace/read-recorded.ts';

const oracle = readRecorded<OptimizerOracle>('optimizers.json');

interface Fault {
  readonly sign?: boolean;
  readonly correction?: 'none' | 'second';
  readonly decay?: 'coupled';
  readonly epsInside?: boolean;
  readonly rate?: number;
  readonly baked?: boolean;
  readonly undeclared?: boolean;
  readonly forgets?: boolean;
  readonly start?: number;
  readonly rootless?: boolean;
}

/** AdamW (arXiv:1711.05101) with a fault. */
function adamw(fault: Fault): Suite {
  const factory = defineOptimizer({
    name: 'adamw',
    options: { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01 },
    state: () => ({ m: { kind: 'constant', value: fault.start ?? 0 }, v: { kind: 'constant', value: 0 } }),
    update({ param, grad: given, state, step, hyper, options }) {
      const { beta1, beta2, eps, weightDecay } = hyper;
      const lr = fault.baked ? options.lr : mul(hyper.lr, fault.rate ?? 1);
      const grad = fault.decay === 'coupled' ? add(given, mul(param, weightDecay)) : given;
      const decayed = fault.decay === 'coupled' ? param : sub(param, mul(param, mul(weightDecay, lr)));
      const mixed = (old: Tensor, beta: Tensor, value: Tensor): Tensor => add(mul(old, beta), mul(value, sub(1, beta)));
      const m = mixed(state.m, beta1, fault.sign ? neg(grad) : grad);
      const v = mixed(state.v, beta2, mul(grad, grad));
      const correct = (moment: Tensor, beta: Tensor, missing: boolean): Tensor =>
        missing ? moment : div(moment, sub(1, pow(beta, step)));
      const first = correct(m, beta1, fault.correction === 'none');
      const second = correct(v, beta2, fault.correction !== undefined);
      const root = fault.rootless ? second : sqrt(fault.epsInside ? add(second, eps) : second);
      const next = sub(decayed, mul(lr, div(first, fault.epsInside ? root : add(root, eps))));
      const kept: Readonly<Record<string, Tensor>> = fault.forgets ? { m } : { m, v };
      return { param: next, state: fault.undeclared ? { ...kept, extra: grad } : kept };
    },
  });
  return optimizerSuite(factory, {
    golden: { oracle, runs: [{ run: 'adamw', options: { lr: 0.01, weightDecay: 0.05 } }] },
    quadratic: { lr: 0.1 },
  });
}

const GOLDEN = ['adamw > follows the recorded trajectory in f64', 'adamw > follows the recorded trajectory in f32'];
const SAYS =
  /^NetwrightError: adamw > adamw > follows the recorded trajectory in f64 \(step 1, output theta\): expected \S+ within \S+, received \S+; at \[\d\] of f32\[10\]/;
const QUADRATIC = 'with defaults > brings a quadratic below a tenth in 100 steps';

const mutants: readonly Mutant[] = [
  {
    fault: 'the wrong sign',
    suite: () => adamw({ sign: true }),
    fails: [QUADRATIC, ...GOLDEN],
    says: /brings a quadratic below a tenth in 100 steps \(value after 100 steps\): expected below/,
  },
  { fault: 'no bias correction', suite: () => adamw({ correction: 'none' }), fails: GOLDEN, says: SAYS },
  {
    fault: 'no bias correction of the second moment',
    suite: () => adamw({ correction: 'second' }),
    fails: GOLDEN,
    says: SAYS,
  },
  {
    fault: 'weight decay coupled instead of decoupled',
    suite: () => adamw({ decay: 'coupled' }),
    fails: GOLDEN,
    says: SAYS,
  },
  { fault: 'eps inside the root', suite: () => adamw({ epsInside: true }), fails: GOLDEN, says: SAYS },
  {
    fault: 'no root',
    suite: () => adamw({ rootless: true }),
    fails: /follows the recorded trajectory|brings a quadratic/,
    says: /\(value after 100 steps\)|\(step 1, output theta\)/,
  },
  {
    fault: 'a rate a billionth too large',
    suite: () => adamw({ rate: 1 + 1e-9 }),
    fails: GOLDEN.slice(0, 1),
    says: /follows the recorded trajectory in f64 \(step \d+, output theta\)/,
  },
  { fault: 'state that starts from one', suite: () => adamw({ start: 1 }), fails: GOLDEN, says: SAYS },
  {
    fault: 'a rate in the graph',
    suite: () => adamw({ baked: true }),
    fails: /follows the recorded|has the same graph for other values of its hyper-parameters$/,
    says: /\(hash of the graph with another lr\)/,
  },
  {
    fault: 'state that was not declared',
    suite: () => adamw({ undeclared: true }),
    fails: /./,
    says: /\(state that update returns\): expected \["m", "v"\], received \["extra", "m", "v"\]/,
  },
  {
    fault: 'state that is not returned',
    suite: () => adamw({ forgets: true }),
    fails: /./,
    says: /\(state that update returns\): expected \["m", "v"\], received \["m"\]/,
  },
];

export const optimizers: MutatedKind = { kind: 'optimizer', right: () => adamw({}), mutants };
