// Graphs as text to read and compare.

import { isPrimitiveNode, type FunctionDef, type Graph, type Node } from '../graph.ts';
import type { Initializer } from '../initializer.ts';
import { isRecord } from '../plain-data.ts';
import { formatType } from '../tensor-type.ts';

/** How much of a graph its text shows. */
export interface PrintOptions {
  /** Whether the bodies of functions are printed below the graph. Default true. */
  readonly functions?: boolean;
  /** Elements of a constant that are printed. Default 8. */
  readonly elements?: number;
}

/**
 * One line for each value, as `%3: f32[N, 64, 56, 56] = conv2d(%0, %1) {stride=[2, 2]}  # layer1.0.conv1`, below a header with the graph's inputs,
 * parameters, states, outputs and updates. The same graph always gives the same text. Not meant to be read back: see `toJson`.
 */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  return `${graphLines(graph, options).join('\n')}\n`;
}

function graphLines(graph: Graph, options: PrintOptions): readonly string[] {
  const { functions = true } = options;
  return [
    `graph v${String(graph.schemaVersion)} {`,
    ...indent([...headerLines(graph), ...graph.nodes.map((node, id) => nodeLine(node, id, options))]),
    ...(functions
      ? Object.entries(graph.functions).flatMap(([key, def]) => indent(functionLines(key, def, options)))
      : []),
    '}',
  ];
}

function headerLines({ inputs, parameters, states, outputs, updates }: Graph): readonly string[] {
  return [
    ...Object.entries(inputs).map(([name, { value, type }]) => `input ${name}: ${formatType(type)} = ${ref(value)}`),
    ...Object.entries(parameters).map(([name, { value, type, init, trainable, group }]) => {
      const frozen = trainable ? '' : ', frozen';
      return `parameter ${name}: ${formatType(type)} = ${ref(value)} {${group}${frozen}, init=${initText(init)}}`;
    }),
    ...Object.entries(states).map(([name, { value, type, init, persistent, serializedAs }]) => {
      const kind = persistent ? 'persistent' : 'transient';
      const as = serializedAs === undefined ? '' : `, as ${serializedAs}`;
      return `state ${name}: ${formatType(type)} = ${ref(value)} {${kind}${as}, init=${initText(init)}}`;
    }),
    ...Object.entries(outputs).map(([name, { value, role, lossWeight }]) => {
      const weight = lossWeight === 1 ? '' : `, lossWeight=${dataText(lossWeight)}`;
      return `output ${name} = ${ref(value)} {${role}${weight}}`;
    }),
    ...Object.entries(updates).map(([name, value]) => `update ${name} = ${ref(value)}`),
  ];
}

function nodeLine(node: Node, id: number, options: PrintOptions): string {
  const scope = node.scope === '' ? '' : `  # ${node.scope}`;
  return `${ref(id)}: ${formatType(node.type)} = ${operation(node, options)}${scope}`;
}

function operation(node: Node, { elements = 8 }: PrintOptions): string {
  const operands = node.inputs.map(ref).join(', ');
  if (isPrimitiveNode(node)) {
    const attrs = node.op === 'constant' ? { values: shortened(node.attrs.values, elements) } : node.attrs;
    return `${node.op}(${operands})${attrsText(attrs)}`;
  }
  switch (node.op) {
    case 'call':
      return `call ${node.attrs.function}(${operands})`;
    case 'result':
      return `${operands}.${String(node.attrs.index)}`;
    default:
      return `${node.op} ${node.attrs.name}`;
  }
}

function functionLines(
  key: string,
  { body, gradient, inference }: FunctionDef,
  options: PrintOptions,
): readonly string[] {
  const parts = Object.entries({ body, gradient, inference });
  return [
    `function ${key} {`,
    ...parts.flatMap(([name, graph]) => {
      if (graph === undefined) return [];
      const [, ...lines] = graphLines(graph, options);
      return indent([`${name} {`, ...lines]);
    }),
    '}',
  ];
}

function initText({ kind, ...rest }: Initializer): string {
  return `${kind}${attrsText(rest)}`;
}

function attrsText(attrs: object): string {
  const entries = Object.entries(attrs)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '' : ` {${entries.map(([key, value]) => `${key}=${dataText(value)}`).join(', ')}}`;
}

function dataText(data: unknown): string {
  if (typeof data === 'number') return Object.is(data, -0) ? '-0' : String(data);
  if (Array.isArray(data)) return `[${data.map(dataText).join(', ')}]`;
  if (isRecord(data)) return attrsText(data).trim() || '{}';
  return typeof data === 'string' ? data : JSON.stringify(data);
}

function shortened(values: readonly number[], count: number): readonly unknown[] {
  return values.length <= count ? values : [...values.slice(0, count), `and ${String(values.length - count)} more`];
}

function ref(id: number): string {
  return `%${String(id)}`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
