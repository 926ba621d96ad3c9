// The same channel-by-channel operation on neighbouring slices of one value happens once, on the value.

import { activationsOf } from '../../dependents.ts';
import type { Shape } from '../../dim.ts';
import { isPrimitiveNode, type CallNode, type Graph, type PrimitiveNode } from '../../graph.ts';
import { broadcastTo } from '../../ops/broadcast-to.ts';
import { concat } from '../../ops/concat.ts';
import { constantTensor, filledValue } from '../../ops/constant.ts';
import { primitives } from '../../ops/primitives.ts';
import { reshape } from '../../ops/reshape.ts';
import { equalData } from '../../plain-data.ts';
import type { Tensor } from '../../tensor.ts';
import { formatType, tensorType, type TensorType } from '../../tensor-type.ts';
import { resultTypesOf } from '../../function.ts';
import { asVector, perChannelSource } from '../channel-form.ts';
import {
  adjacentRuns,
  CHANNEL_AXIS,
  channelRangeOf,
  groupBy,
  range,
  ranges,
  type ChannelRange,
  type Family,
  type MergeContext,
} from './families.ts';
import { joinNames } from './join-names.ts';
import { widenFunction, type ChannelAxis, type WidenedFunction } from './widen-function.ts';

interface Member<N> {
  readonly id: number;
  readonly node: N;
  /** What each operand shows; undefined for operands that do not depend on inputs. */
  readonly shown: readonly (ChannelRange | undefined)[];
  /** Of the first operand that is a slice. */
  readonly start: number;
  readonly end: number;
}

/** Elementwise primitives and calls of channelwise functions whose activations are slices of the same values. */
export function mergeChannelwise(graph: Graph): readonly Family[] {
  const activations = activationsOf(graph);
  const members = graph.nodes.flatMap((node, id): readonly Member<CallNode | PrimitiveNode>[] => {
    if (node.op !== 'call' && !isElementwise(node)) return [];
    const shown = node.inputs.map((input) => (activations.has(input) ? channelRangeOf(graph, input) : undefined));
    const other = node.inputs.some((input, index) => activations.has(input) && shown[index] === undefined);
    const [first, ...rest] = shown.filter((part) => part !== undefined);
    const aligned = rest.every(({ start, end }) => end - start === first.end - first.start);
    return first === undefined || other || !aligned ? [] : [{ id, node, shown, start: first.start, end: first.end }];
  });
  const results = resultsOf(graph);
  return groupBy(members, (member) => keyOf(graph, member))
    .flatMap((group) => adjacentRuns(group, (member) => member))
    .flatMap((run) => familyOf(graph, run, results) ?? []);
}

function isElementwise(node: Graph['nodes'][number]): node is PrimitiveNode {
  return isPrimitiveNode(node) && primitives[node.op].traits.family === 'elementwise' && node.type.shape.length > 1;
}

/** Operation, attributes, and for each operand which value it is a part of, and where relative to the first one. */
function keyOf(graph: Graph, { node, shown, start }: Member<CallNode | PrimitiveNode>): string {
  const operands = shown.map((part) => (part === undefined ? null : [part.base, part.start - start]));
  if (node.op !== 'call') return JSON.stringify([node.op, node.attrs, operands]);
  const { name, attrs } = graph.functions[node.attrs.function];
  return JSON.stringify(['call', name, attrs, operands]);
}

function resultsOf(graph: Graph): ReadonlyMap<number, readonly number[]> {
  const results = new Map<number, number[]>();
  graph.nodes.forEach((node, id) => {
    if (node.op === 'result') results.set(node.inputs[0], [...(results.get(node.inputs[0]) ?? []), id]);
  });
  return results;
}

function familyOf(
  graph: Graph,
  run: readonly Member<CallNode | PrimitiveNode>[],
  results: ReadonlyMap<number, readonly number[]>,
): Family | undefined {
  const calls = run.flatMap((member) => (member.node.op === 'call' ? [{ ...member, node: member.node }] : []));
  if (calls.length > 0) return callFamily(graph, calls, results);
  const primitiveMembers = run.flatMap(({ node, ...rest }) => (node.op === 'call' ? [] : [{ ...rest, node }]));
  const joinable = primitiveMembers[0].node.inputs.every((_, position) => {
    if (primitiveMembers[0].shown[position] !== undefined) return true;
    const sources = primitiveMembers.map(({ node }) =>
      perChannelSource(graph, node.inputs[position], node.type.shape, CHANNEL_AXIS),
    );
    return !sources.includes(undefined);
  });
  return joinable ? primitiveFamily(graph, primitiveMembers) : undefined;
}

function primitiveFamily(graph: Graph, run: readonly Member<PrimitiveNode>[]): Family {
  const [{ node }] = run;
  const lengths = run.map(({ start, end }) => end - start);
  const channels = lengths.reduce((sum, length) => sum + length, 0);
  const type = widenedType(node.type, channels);
  return {
    replaced: run.map(({ id }) => id),
    merge: (context) =>
      context.builder.at(joinNames(run.map((member) => member.node.scope)), () => {
        const operands = node.inputs.map((input, position) => {
          const whole = shownTogether(run, position, context);
          if (whole !== undefined) return whole;
          const { dtype } = graph.nodes[input].type;
          return joinedOperand(graph, run, position, context, tensorType(dtype, type.shape));
        });
        const result = context.builder.append({
          ...node,
          inputs: operands.map(({ id }) => id),
          type,
          scope: context.builder.scope,
        });
        const parts = ranges(lengths);
        return new Map(run.map(({ id }, index) => [id, range(result, ...parts[index])]));
      }),
  };
}

/** The value of which the members' operands are neighbouring slices. */
function shownTogether(
  run: readonly Member<CallNode | PrimitiveNode>[],
  position: number,
  { copyOf }: MergeContext,
): Tensor | undefined {
  const [first] = run;
  const part = first.shown[position];
  const end = run[run.length - 1].shown[position]?.end;
  return part === undefined || end === undefined ? undefined : range(copyOf(part.base), part.start, end);
}

/** Values per channel, one after the other, in the shape of the merged operation. */
function joinedOperand(
  graph: Graph,
  run: readonly Member<PrimitiveNode>[],
  position: number,
  { builder, copyOf }: MergeContext,
  type: TensorType,
): Tensor {
  const sources = run.map(({ node }) =>
    copyOf(perChannelSource(graph, node.inputs[position], node.type.shape, CHANNEL_AXIS) ?? node.inputs[position]),
  );
  const [value, ...others] = sources.map(filledValue);
  if (value !== undefined && others.every((other) => other === value))
    return constantTensor(builder, [value], type.shape, type.dtype);
  const vectors = sources.map((source, index) => asVector(source, run[index].end - run[index].start));
  const vector = concat(vectors, 0);
  const shape = type.shape.map((_, axis) => (axis === CHANNEL_AXIS ? vector.shape[0] : 1));
  return broadcastTo(reshape(vector, shape), type.shape);
}

function callFamily(
  graph: Graph,
  run: readonly Member<CallNode>[],
  results: ReadonlyMap<number, readonly number[]>,
): Family | undefined {
  const lengths = run.map(({ start, end }) => end - start);
  const channels = lengths.reduce((sum, length) => sum + length, 0);
  const axes = run[0].node.inputs.map((_, position) => operandAxis(graph, run, position));
  if (axes.includes(null)) return undefined;
  const known = axes.map((axis): ChannelAxis => axis ?? undefined);
  const distinct = new Map(run.map(({ node }, index) => [`${String(lengths[index])} ${node.attrs.function}`, index]));
  const widened = [...distinct.values()].map((index) =>
    widenFunction(graph.functions[run[index].node.attrs.function], known, lengths[index], channels),
  );
  const [first] = widened;
  if (first === undefined || first.axes.includes(undefined)) return undefined;
  if (!widened.every((other) => other !== undefined && equalData(other.def, first.def))) return undefined;
  const ofCall = (id: number): readonly number[] => results.get(id) ?? [];
  return {
    replaced: run.flatMap(({ id }) => [id, ...ofCall(id)]),
    merge: (context) =>
      context.builder.at(joinNames(run.map((member) => member.node.scope)), () => {
        const merged = callMerged(run, known, first, context);
        const parts = ranges(lengths);
        return new Map(
          run.flatMap((member, index) =>
            ofCall(member.id).map((id) => {
              const node = graph.nodes[id];
              const at = node.op === 'result' ? node.attrs.index : 0;
              return [id, range(merged[at], ...parts[index], first.axes[at])] as const;
            }),
          ),
        );
      }),
  };
}

/** Axis of the channels of an operand; undefined for one that all members share, null where neither can be seen. */
function operandAxis(graph: Graph, run: readonly Member<CallNode>[], position: number): number | undefined | null {
  if (run[0].shown[position] !== undefined) return CHANNEL_AXIS;
  const operands = run.map(({ node }) => node.inputs[position]);
  const isVector = (id: number, index: number): boolean => {
    const { shape } = graph.nodes[id].type;
    return shape.length === 1 && shape[0] === run[index].end - run[index].start;
  };
  if (operands.every(isVector)) return 0;
  return operands.every((id) => id === operands[0]) ? undefined : null;
}

function callMerged(
  run: readonly Member<CallNode>[],
  axes: readonly ChannelAxis[],
  { def }: WidenedFunction,
  context: MergeContext,
): readonly Tensor[] {
  const { builder, copyOf } = context;
  const [{ node }] = run;
  const operands = node.inputs.map((input, position) => {
    const whole = shownTogether(run, position, context);
    if (whole !== undefined) return whole;
    if (axes[position] === undefined) return copyOf(input);
    return concat(
      run.map((member) => copyOf(member.node.inputs[position])),
      0,
    );
  });
  const types = resultTypesOf(def.body);
  const key = builder.function(`${def.name}(${operands.map(({ type }) => formatType(type)).join(', ')})`, def);
  const call = builder.append({
    op: 'call',
    inputs: operands.map(({ id }) => id),
    attrs: { function: key },
    type: types[0],
    scope: builder.scope,
  });
  return types.map((type, index) =>
    builder.append({ op: 'result', inputs: [call.id], attrs: { index }, type, scope: builder.scope }),
  );
}

function widenedType({ dtype, shape }: TensorType, channels: number): TensorType {
  const wide: Shape = shape.map((dim, axis) => (axis === CHANNEL_AXIS ? channels : dim));
  return tensorType(dtype, wide);
}
