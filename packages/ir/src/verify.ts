// Checks that a graph is what every pass and backend takes it to be.

import { NetwrightError } from './errors.ts';
import { SCHEMA_VERSION, type FunctionDef, type Graph, type Node } from './graph.ts';
import { initializerProblems } from './initializer.ts';
import { isRecord, strayPath } from './plain-data.ts';
import { formatType, type TensorType } from './tensor-type.ts';
import { isType, nodeAt, nodeProblems, typeProblems } from './verify-node.ts';

/**
 * Checks topological order, operations and their attributes, types against what each operation infers, names, the tables of inputs, parameters,
 * states, outputs and updates, and the bodies of all functions with their signatures.
 *
 * @throws NetwrightError `graph.invalid` with everything found, each with node and scope.
 */
export function verifyGraph(graph: Graph): void {
  const problems = graphProblems(graph);
  if (problems.length === 0) return;
  throw new NetwrightError({
    code: 'graph.invalid',
    operation: 'verifyGraph',
    expected: 'a valid graph',
    received: `${String(problems.length)} ${problems.length === 1 ? 'problem' : 'problems'}`,
    reasons: problems,
  });
}

function graphProblems(graph: Graph): readonly string[] {
  if (graph.schemaVersion !== SCHEMA_VERSION) {
    return [
      `its schema version is ${String(graph.schemaVersion)}, and this copy of @netwright/ir has ${String(SCHEMA_VERSION)}`,
    ];
  }
  const nodes = graph.nodes.flatMap((node, id) =>
    nodeProblems(graph, node, id).map((problem) => `${placeOf(node, id)}: ${problem}`),
  );
  const functions = Object.entries(graph.functions).flatMap(([key, def]) =>
    functionProblems(def).map((problem) => `function ${key}, ${problem}`),
  );
  return [...nodes, ...leafTableProblems(graph), ...resultTableProblems(graph), ...functions];
}

function placeOf({ op, scope }: Node, id: number): string {
  return scope === '' ? `%${String(id)} ${op}` : `%${String(id)} ${op} (${scope})`;
}

function leafTableProblems(graph: Graph): readonly string[] {
  const entries = [
    ...Object.entries(graph.inputs).map(([name, def]) => ({ op: 'input' as const, name, def, more: [] })),
    ...Object.entries(graph.parameters).map(([name, def]) => ({
      op: 'parameter' as const,
      name,
      def,
      more: [
        ...initializerProblems(def.init),
        ...(typeof def.trainable === 'boolean' ? [] : ['trainable is not a boolean']),
        ...(typeof def.group === 'string' ? [] : ['group is not a string']),
        ...(Object.hasOwn(graph.states, name) ? ['there is a state of this name'] : []),
      ],
    })),
    ...Object.entries(graph.states).map(([name, def]) => ({
      op: 'state' as const,
      name,
      def,
      more: [
        ...initializerProblems(def.init),
        ...(typeof def.persistent === 'boolean' ? [] : ['persistent is not a boolean']),
        ...(def.serializedAs === undefined || def.serializedAs === 'I64' ? [] : ['serializedAs is not I64']),
      ],
    })),
  ];
  return entries.flatMap(({ op, name, def, more }) => {
    const node = nodeAt(graph, def.value);
    const found = node?.op === op && node.attrs.name === name;
    const type: TensorType | undefined = isType(def.type) ? def.type : undefined;
    return [
      ...nameProblems(name),
      ...(found ? [] : [`value %${String(def.value)} is not its node`]),
      ...(type === undefined ? ['its type is not an element type with a shape'] : []),
      ...(found && type !== undefined && isType(node.type) ? typeProblems('its node', node.type, type) : []),
      ...more,
    ].map((problem) => `${op} ${name}: ${problem}`);
  });
}

function resultTableProblems(graph: Graph): readonly string[] {
  const outputs = Object.entries(graph.outputs).flatMap(([name, { value, role, lossWeight }]) =>
    [
      ...nameProblems(name),
      ...valueProblems(graph, value),
      ...(role === 'prediction' || role === 'trainingOnly' ? [] : [`its role is ${JSON.stringify(role)}`]),
      ...(typeof lossWeight === 'number' ? [] : ['its loss weight is not a number']),
    ].map((problem) => `output ${name}: ${problem}`),
  );
  const updates = Object.entries(graph.updates).flatMap(([name, value]) => {
    const table = Object.hasOwn(graph.states, name) ? graph.states : graph.parameters;
    const entry = Object.hasOwn(table, name) ? table[name] : undefined;
    const problems = valueProblems(graph, value);
    const type = nodeAt(graph, value)?.type;
    return [
      ...problems,
      ...(entry === undefined ? ['there is no parameter or state of this name'] : []),
      ...(entry !== undefined && problems.length === 0 && isType(type) && isType(entry.type)
        ? typeProblems('the new value', type, entry.type)
        : []),
    ].map((problem) => `update ${name}: ${problem}`);
  });
  return [...outputs, ...updates];
}

function valueProblems(graph: Graph, value: number): readonly string[] {
  const node = nodeAt(graph, value);
  if (node === undefined) return [`there is no value %${String(value)}`];
  return node.op === 'call' ? [`value %${String(value)} is a call, to be read through its results`] : [];
}

function nameProblems(name: string): readonly string[] {
  return name === '' || name === '__proto__' ? ['this cannot be a name'] : [];
}

function functionProblems({ name, attrs, body, gradient, inference }: FunctionDef): readonly string[] {
  const parts = Object.entries({ body, gradient, inference }).filter((entry) => entry[1] !== undefined);
  const inner = parts.flatMap(([part, graph]) =>
    graph === undefined ? [] : graphProblems(graph).map((problem) => `${part}: ${problem}`),
  );
  const stray = strayPath(attrs);
  const own = [
    ...(typeof name === 'string' && name !== '' ? [] : ['its name is empty']),
    ...(isRecord(attrs) && stray === undefined ? [] : [`its attributes are not plain data at ${stray ?? 'the top'}`]),
  ];
  if (inner.length > 0) return [...own, ...inner];
  const inputs = Object.values(body.inputs).map(({ type }) => type);
  const results = outputTypes(body);
  return [
    ...own,
    ...signatureProblems(body, named('x', inputs), named('y', results)).map((problem) => `body: ${problem}`),
    ...(inference === undefined ? [] : signatureProblems(inference, named('x', inputs), named('y', results))).map(
      (problem) => `inference: ${problem}`,
    ),
    ...(gradient === undefined ? [] : gradientSignatureProblems(gradient, inputs, results)).map(
      (problem) => `gradient: ${problem}`,
    ),
  ];
}

type Named = readonly (readonly [name: string, type: TensorType])[];

function named(prefix: string, types: readonly TensorType[]): Named {
  return types.map((type, index) => [`${prefix}${String(index)}`, type]);
}

function outputTypes(graph: Graph): readonly TensorType[] {
  return Object.values(graph.outputs).map(({ value }) => graph.nodes[value].type);
}

function signatureProblems(graph: Graph, inputs: Named, outputs: Named): readonly string[] {
  const received = Object.entries(graph.inputs).map(([name, { type }]) => [name, type] as const);
  const given = Object.entries(graph.outputs).map(([name, { value }]) => [name, graph.nodes[value].type] as const);
  return [
    ...differenceOf('inputs', received, inputs),
    ...differenceOf('outputs', given, outputs),
    ...(outputs.length === 0 ? ['it has no outputs'] : []),
    ...closedProblems(graph),
  ];
}

function gradientSignatureProblems(
  gradient: Graph,
  inputs: readonly TensorType[],
  results: readonly TensorType[],
): readonly string[] {
  const received = Object.entries(gradient.inputs).map(([name, { type }]) => [name, type] as const);
  const expected = [...named('x', inputs), ...named('y', results), ...named('g', results)];
  const possible = new Map(named('d', inputs).filter(([, { dtype }]) => dtype === 'f32'));
  const outputs = Object.entries(gradient.outputs).flatMap(([name, { value }]) => {
    const type = possible.get(name);
    return type === undefined
      ? [`output ${name} is not the gradient of an f32 input`]
      : typeProblems(`output ${name}`, gradient.nodes[value].type, type);
  });
  return [...differenceOf('inputs', received, expected), ...outputs, ...closedProblems(gradient)];
}

function differenceOf(what: string, received: Named, expected: Named): readonly string[] {
  const text = (entries: Named): string =>
    `[${entries.map(([name, type]) => `${name}: ${formatType(type)}`).join(', ')}]`;
  const [has, wants] = [text(received), text(expected)];
  return has === wants ? [] : [`its ${what} are ${has}, not ${wants}`];
}

function closedProblems({ parameters, states, updates }: Graph): readonly string[] {
  const owned = [...Object.keys(parameters), ...Object.keys(states), ...Object.keys(updates)];
  return owned.length === 0 ? [] : [`it has parameters, states or updates of its own: ${owned.join(', ')}`];
}
