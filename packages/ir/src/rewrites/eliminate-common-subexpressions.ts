import type { Graph, Node } from '../graph.ts';
import { isPrimitiveNode } from '../graph.ts';
import { primitives } from '../ops/primitives.ts';
import type { GraphPass } from '../pass.ts';
import { dataText } from '../plain-data.ts';
import type { Tensor } from '../tensor.ts';
import { formatType } from '../tensor-type.ts';
import { eliminateDeadCode } from './eliminate-dead-code.ts';
import { rebuild } from './rebuild.ts';

/**
 * Computes equal values once: nodes of one operation with equal attributes and operands, in either order where the operation commutes. The first one
 * stays, with its scope. Random values are equal only when they are of one stream.
 */
export const eliminateCommonSubexpressions: GraphPass = {
  name: 'eliminate-common-subexpressions',
  requires: 'a valid graph',
  guarantees: 'no two nodes have the same operation, attributes and operands',
  run: <I extends string, O extends string>(graph: Graph<I, O>): Graph<I, O> => {
    const known = new Map<string, Tensor>();
    const merged = rebuild(graph, (node, { operands, builder }) => {
      if (node.op === 'input' || node.op === 'parameter' || node.op === 'state') return undefined;
      const inputs = operands.map(({ id }) => id);
      const key = keyOf(node, inputs);
      const tensor = known.get(key) ?? builder.append({ ...node, inputs });
      known.set(key, tensor);
      return tensor;
    });
    return eliminateDeadCode.run(merged);
  },
};

function keyOf(node: Node, inputs: readonly number[]): string {
  const commutes = isPrimitiveNode(node) && primitives[node.op].traits.commutative === true;
  const order = commutes ? [...inputs].sort((a, b) => a - b) : inputs;
  return `${node.op}(${order.join(',')})${dataText(node.attrs)}:${formatType(node.type)}`;
}
