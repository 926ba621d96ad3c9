// What can be wrong with one node.

import { isDim } from './dim.ts';
import { isNetwrightError } from './errors.ts';
import { resultTypesOf } from './function.ts';
import type { CallNode, Graph, LeafNode, Node, PrimitiveNode, ResultNode } from './graph.ts';
import { attributeProblems, isDType } from './ops/attribute-kinds.ts';
import type { PrimitiveName } from './ops/attributes.ts';
import { primitives } from './ops/primitives.ts';
import { isRecord } from './plain-data.ts';
import type { Primitive } from './primitive.ts';
import { equalTypes, formatType, type TensorType } from './tensor-type.ts';

/** Problems of node `id`, in words. Nodes before it may be wrong themselves, but have a type. */
export function nodeProblems(graph: Graph, node: Node, id: number): readonly string[] {
  if (!isType(node.type)) return ['its type is not an element type with a shape'];
  if (!isRecord(node.attrs)) return ['its attributes are not an object'];
  const order = orderProblems(graph, node, id);
  if (order.length > 0) return order;
  switch (node.op) {
    case 'input':
    case 'parameter':
    case 'state':
      return leafProblems(graph, node, id);
    case 'call':
      return callProblems(graph, node);
    case 'result':
      return resultProblems(graph, node);
    default:
      return primitiveProblems(graph, node);
  }
}

/** `[problem]` unless the types are equal. */
export function typeProblems(what: string, received: TensorType, expected: TensorType): readonly string[] {
  return equalTypes(received, expected) ? [] : [`${what} is ${formatType(received)}, not ${formatType(expected)}`];
}

export function isType(type: unknown): type is TensorType {
  return isRecord(type) && isDType(type.dtype) && Array.isArray(type.shape) && type.shape.every(isDim);
}

/** The node with this id, or undefined when `id` is none. */
export function nodeAt({ nodes }: Pick<Graph, 'nodes'>, id: number): Node | undefined {
  return Number.isInteger(id) && id >= 0 && id < nodes.length ? nodes[id] : undefined;
}

function nameText(name: unknown): string {
  return typeof name === 'string' ? name : JSON.stringify(name);
}

function orderProblems(graph: Graph, node: Node, id: number): readonly string[] {
  return node.inputs.flatMap((input, index) => {
    const operand = `operand ${String(index)}, %${String(input)},`;
    if (!Number.isInteger(input) || input < 0 || input >= id) return [`${operand} is not an earlier value`];
    const { op, type } = graph.nodes[input];
    if (!isType(type)) return [`${operand} has no type`];
    if (op === 'call' && node.op !== 'result') return [`${operand} is a call, to be read through its results`];
    return [];
  });
}

function leafProblems(graph: Graph, { op, attrs, inputs }: LeafNode, id: number): readonly string[] {
  if (inputs.length > 0) return ['it has operands'];
  const { name } = attrs;
  const table = { input: graph.inputs, parameter: graph.parameters, state: graph.states }[op];
  if (typeof name !== 'string' || !Object.hasOwn(table, name))
    return [`no ${op} is declared as ${JSON.stringify(name)}`];
  return table[name].value === id ? [] : [`the ${op} ${name} is declared as %${String(table[name].value)}`];
}

function callProblems(graph: Graph, { attrs, inputs, type }: CallNode): readonly string[] {
  const key = attrs.function;
  if (typeof key !== 'string' || !Object.hasOwn(graph.functions, key)) return [`there is no function ${nameText(key)}`];
  const { body } = graph.functions[key];
  const expected = Object.values(body.inputs);
  if (expected.length !== inputs.length) {
    return [`${String(inputs.length)} operands for the ${String(expected.length)} inputs of ${key}`];
  }
  if (!expected.every((input) => isType(input.type))) return [];
  const results = resultTypes(graph, key);
  return [
    ...inputs.flatMap((input, index) =>
      typeProblems(`operand ${String(index)}`, graph.nodes[input].type, expected[index].type),
    ),
    ...(results.length === 0 ? [`${key} has no results`] : typeProblems('its type', type, results[0])),
  ];
}

function resultProblems(graph: Graph, { attrs, inputs, type }: ResultNode): readonly string[] {
  if (inputs.length !== 1) return [`it has ${String(inputs.length)} operands`];
  const call = graph.nodes[inputs[0]];
  if (call.op !== 'call') return [`operand 0, %${String(inputs[0])}, is not a call`];
  if (!Object.hasOwn(graph.functions, call.attrs.function)) return ['the function it belongs to is missing'];
  const types = resultTypes(graph, call.attrs.function);
  if (!Number.isInteger(attrs.index) || attrs.index < 0 || attrs.index >= types.length) {
    return [`there is no result ${String(attrs.index)} of ${call.attrs.function}`];
  }
  return typeProblems('its type', type, types[attrs.index]);
}

/** Result types of a function; none when its body is too broken to have them. */
function resultTypes(graph: Graph, key: string): readonly TensorType[] {
  const { body } = graph.functions[key];
  const intact = Object.values(body.outputs).every(({ value }) => isType(nodeAt(body, value)?.type));
  return intact ? resultTypesOf(body) : [];
}

function primitiveProblems(graph: Graph, node: PrimitiveNode): readonly string[] {
  const { op, attrs } = node;
  if (!Object.hasOwn(primitives, op)) return [`there is no operation ${nameText(op)}`];
  const malformed = attributeProblems(op, attrs);
  if (malformed.length > 0) return malformed;
  const primitive = primitives[op] as unknown as Primitive<PrimitiveName>;
  const types = node.inputs.map((input) => graph.nodes[input].type);
  try {
    return typeProblems('its type', node.type, primitive.infer(types, attrs));
  } catch (error) {
    if (!isNetwrightError(error)) return [`its operands do not fit: ${String(error)}`];
    if (error.reasons.length > 0) return error.reasons;
    return [`expected ${error.expected ?? 'other operands'}, received ${error.received ?? 'these'}`];
  }
}
