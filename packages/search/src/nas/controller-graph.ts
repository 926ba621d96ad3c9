// The recurrent controller as graphs: an LSTM that makes one decision after another, and the policy gradient of what it decided.

import {
  add,
  argmax,
  broadcastTo,
  concat,
  constant,
  embedding,
  exp,
  gradients,
  GraphBuilder,
  linear,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  reshape,
  sigmoid,
  slice,
  split,
  sum,
  tanh,
  tensorType,
  type Graph,
  type Initializer,
  type Tensor,
} from '@netwright/ir';
import { applyOptimizer, clipByNorm, hyperInputs, type Optimizer } from '@netwright/optim';

/** What decides the sizes of the controller's weights. */
export interface ControllerShape {
  /** Values of each decision. */
  readonly choices: readonly number[];
  /** Width of the embeddings and of the LSTM's state. */
  readonly hidden: number;
}

/** Uniform in +-0.1, as the controllers of arXiv:1611.01578 and its successors. */
const INIT: Initializer = { kind: 'uniform', low: -0.1, high: 0.1 };

/** One step of an LSTM: x and state [N, H]; gates in PyTorch's order i, f, g, o. */
export function lstmCell(
  x: Tensor,
  [h, c]: readonly [Tensor, Tensor],
  weights: { readonly input: Tensor; readonly hidden: Tensor; readonly inputBias: Tensor; readonly hiddenBias: Tensor },
): readonly [Tensor, Tensor] {
  const gates = add(linear(x, weights.input, weights.inputBias), linear(h, weights.hidden, weights.hiddenBias));
  const [i, f, g, o] = split(gates, Number(h.shape[1]), 1);
  const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
  return [mul(sigmoid(o), tanh(next)), next];
}

/** Logarithms of the probabilities of each decision [N, values], given how the ones before went. */
function decide(
  builder: GraphBuilder,
  { choices, hidden }: ControllerShape,
  batch: number,
  actionOf: (logits: Tensor, step: number) => Tensor,
): readonly { readonly logProbabilities: Tensor; readonly action: Tensor }[] {
  const lstm = builder.within('lstm', () => ({
    input: builder.parameter('weight_ih', [4 * hidden, hidden], { init: INIT }),
    hidden: builder.parameter('weight_hh', [4 * hidden, hidden], { init: INIT }),
    inputBias: builder.parameter('bias_ih', [4 * hidden], { init: INIT }),
    hiddenBias: builder.parameter('bias_hh', [4 * hidden], { init: INIT }),
  }));
  const first = builder.parameter('start', [1, hidden], { init: INIT });
  const zeros = broadcastTo(constant(builder, 0), [batch, hidden]);
  let x = add(zeros, first);
  let state: readonly [Tensor, Tensor] = [zeros, zeros];
  return choices.map((count, step) => {
    state = lstmCell(x, state, lstm);
    const [h] = state;
    const logits = builder.within(`decision${String(step)}`, () =>
      linear(
        h,
        builder.parameter('weight', [count, hidden], { init: INIT }),
        builder.parameter('bias', [count], { init: INIT }),
      ),
    );
    const action = actionOf(logits, step);
    const table = builder.within(`decision${String(step)}`, () =>
      builder.parameter('embedding', [count, hidden], { init: INIT }),
    );
    x = embedding(action, table);
    return { logProbabilities: logSoftmax(logits), action };
  });
}

/** Samples: inputs `noise.T` [N, values] of the Gumbel distribution for each decision; output `actions` [N, decisions]. */
export function samplingGraph(shape: ControllerShape, batch: number): Graph {
  const builder = new GraphBuilder();
  const decisions = decide(builder, shape, batch, (logits, step) =>
    argmax(add(logits, builder.input(`noise.${String(step)}`, tensorType('f32', [batch, shape.choices[step]]))), 1),
  );
  builder.output(
    'actions',
    concat(
      decisions.map(({ action }) => reshape(action, [batch, 1])),
      1,
    ),
  );
  return builder.finish();
}

/**
 * One update. Inputs: `actions` i32 [N, decisions], `advantage` [N], scalar `entropyWeight`, `$hyper.*`. The loss is the mean of -advantage log p(actions), less the
 * weighted mean entropy of the decisions. Outputs: `loss`, `logProbability` [N], `entropy` [N].
 */
export function policyGraph(shape: ControllerShape, batch: number, optimizer: Optimizer, clipNorm: number): Graph {
  const builder = new GraphBuilder();
  const actions = builder.input('actions', tensorType('i32', [batch, shape.choices.length]));
  const advantage = builder.input('advantage', tensorType('f32', [batch]));
  const entropyWeight = builder.input('entropyWeight', tensorType('f32', []));
  const hyper = hyperInputs(builder, optimizer);
  const decisions = decide(builder, shape, batch, (_, step) =>
    reshape(slice(actions, { starts: [0, step], ends: [batch, step + 1] }), [batch]),
  );
  const chosen = decisions.map(({ logProbabilities, action }, step) =>
    sum(mul(logProbabilities, oneHot(action, shape.choices[step])), { axes: [1] }),
  );
  const entropies = decisions.map(({ logProbabilities }) =>
    neg(sum(mul(exp(logProbabilities), logProbabilities), { axes: [1] })),
  );
  const total = (parts: readonly Tensor[]): Tensor => parts.reduce((a, b) => add(a, b));
  const [logProbability, entropy] = [total(chosen), total(entropies)];
  const loss = neg(add(mean(mul(advantage, logProbability)), mul(entropyWeight, mean(entropy))));
  const names = Object.keys(builder.parameters);
  const values = gradients(
    loss,
    names.map((name) => builder.tensor(builder.parameters[name].value)),
  );
  const grads = clipByNorm(Object.fromEntries(names.map((name, index) => [name, values[index]])), clipNorm);
  applyOptimizer(builder, optimizer, { grads, hyper, loss });
  builder.output('loss', loss);
  builder.output('logProbability', logProbability);
  builder.output('entropy', entropy);
  return builder.finish();
}
