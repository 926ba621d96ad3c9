// Which pixels of the input a value sees: a fold over the graph.

import { multiplyDims, type Dim, type Shape } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import { isPrimitiveNode, type Graph, type Node, type PrimitiveNode } from '../graph.ts';
import type { PrimitiveName } from '../ops/attributes.ts';
import { primitives } from '../ops/primitives.ts';

/** Along one direction of the image. Position i of the value sees the pixels `start + i * jump` up to, not including, `start + i * jump + size`. */
export interface FieldAxis {
  /** Axis of the value along which it moves; undefined where the value has no such axis and sees the same pixels everywhere. */
  readonly axis: number | undefined;
  /** Pixels that one position sees, from first to last. */
  readonly size: number;
  /** Pixels between neighbouring positions, the product of strides; below 1 after upsampling, 0 without axis. */
  readonly jump: number;
  /** First pixel that position 0 sees; negative where padding takes part. */
  readonly start: number;
}

/** The pixels of the input that one element sees, along both axes. */
export interface ReceptiveField {
  readonly height: FieldAxis;
  readonly width: FieldAxis;
}

/** A layer and the part of the image that one element of its result depends on. */
export interface NodeField {
  /** Id of the value. */
  readonly id: number;
  readonly scope: string;
  /** The primitive, or the name of the function whose result this is. */
  readonly operation: string;
  readonly shape: Shape;
  readonly field: ReceptiveField;
}

/**
 * The receptive field of every value that depends on the image, in order; a call has one entry for each of its results. Fields count padding as
 * pixels. Where a mean over the image enters, as in batch norm with statistics of the batch, a position sees all of it: ask for the inference form. What
 * cannot be followed position by position (a reshape that mixes rows and columns, a product along them) counts as seeing everything that its
 * operand sees.
 *
 * @param input - name of an input [N, C, H, W] with fixed height and width. Default: the first one.
 * @throws NetwrightError `receptiveField.input` where there is no such input.
 */
export function receptiveFields(
  graph: Graph,
  input: string = Object.keys(graph.inputs)[0] ?? '',
): readonly NodeField[] {
  const def = Object.hasOwn(graph.inputs, input) ? graph.inputs[input] : undefined;
  const [, , height, width] = def?.type.shape ?? [];
  if (def?.type.shape.length !== 4 || typeof height !== 'number' || typeof width !== 'number') {
    throw new NetwrightError({
      code: 'receptiveField.input',
      operation: 'receptiveFields',
      expected: 'an input [N, C, H, W] with fixed height and width',
      received: def === undefined ? JSON.stringify(input) : `${input} [${def.type.shape.join(', ')}]`,
    });
  }
  const pixel = (axis: number): FieldAxis => ({ axis, size: 1, jump: 1, start: 0 });
  const fields = fold(graph, new Map([[def.value, { height: pixel(2), width: pixel(3) }]]));
  return graph.nodes.flatMap((node, id) => {
    const field = fields.get(id);
    if (field === undefined || node.op === 'call') return [];
    const { scope, type } = node;
    return [{ id, scope, operation: operationOf(graph, node), shape: type.shape, field }];
  });
}

function operationOf(graph: Graph, node: Node): string {
  const call = node.op === 'result' ? graph.nodes[node.inputs[0]] : node;
  return call.op === 'call' ? graph.functions[call.attrs.function].name : node.op;
}

function fold(graph: Graph, known: ReadonlyMap<number, ReceptiveField>): ReadonlyMap<number, ReceptiveField> {
  const fields = new Map(known);
  const results = new Map<number, readonly (ReceptiveField | undefined)[]>();
  graph.nodes.forEach((node, id) => {
    const operands = node.inputs.map((input) => fields.get(input));
    if (node.op === 'result') {
      const field = results.get(node.inputs[0])?.[node.attrs.index];
      if (field !== undefined) fields.set(id, field);
    } else if (operands.every((operand) => operand === undefined)) return;
    else if (node.op === 'call') results.set(id, resultsOf(graph, node.attrs.function, operands));
    else if (isPrimitiveNode(node)) {
      const shapes = node.inputs.map((input) => graph.nodes[input].type.shape);
      const along = (direction: keyof ReceptiveField): FieldAxis =>
        combine(
          operands.flatMap((operand, index) =>
            operand === undefined ? [] : [stepOf(node, index, shapes, operand[direction])],
          ),
          node.type.shape,
        );
      fields.set(id, { height: along('height'), width: along('width') });
    }
  });
  return fields;
}

function resultsOf(
  graph: Graph,
  key: string,
  operands: readonly (ReceptiveField | undefined)[],
): readonly (ReceptiveField | undefined)[] {
  const { body } = graph.functions[key];
  const inputs = operands.flatMap((operand, index) =>
    operand === undefined ? [] : [[body.inputs[`x${String(index)}`].value, operand] as const],
  );
  const fields = fold(body, new Map(inputs));
  return Object.values(body.outputs).map(({ value }) => fields.get(value));
}

/** The field through one operand. */
function stepOf(node: PrimitiveNode, operand: number, shapes: readonly Shape[], field: FieldAxis): FieldAxis {
  const shape = shapes[operand];
  const { axis } = field;
  if (axis === undefined) return field;
  const at = axis - 2;
  const everything = (): FieldAxis => spanOf(field, shape[axis]);
  switch (node.op) {
    case 'conv2d': {
      if (operand === 1 || at < 0) return everything();
      const kernel = Number(shapes[1][axis]);
      const { stride, padding, dilation } = node.attrs;
      return windowed(field, kernel, stride[at], padding[at], dilation[at]);
    }
    case 'maxPool2d':
    case 'maxPool2dIndices': {
      const { kernel, stride, padding, dilation } = node.attrs;
      return at >= 0 ? windowed(field, kernel[at], stride[at], padding[at], dilation[at]) : everything();
    }
    case 'maxPool2dSelect': {
      if (operand === 1) return field;
      const { kernel, stride, padding, dilation } = node.attrs;
      return at >= 0 ? windowed(field, kernel[at], stride[at], padding[at], dilation[at]) : everything();
    }
    case 'avgPool2d': {
      const { kernel, stride, padding } = node.attrs;
      return at >= 0 ? windowed(field, kernel[at], stride[at], padding[at], 1) : everything();
    }
    case 'conv2dInputGrad': {
      if (operand === 1 || at < 0) return everything();
      const { stride, padding, dilation } = node.attrs;
      return spread(field, Number(shapes[1][axis]), stride[at], padding[at], dilation[at]);
    }
    case 'avgPool2dAdjoint': {
      const { kernel, stride, padding } = node.attrs;
      return at >= 0 ? spread(field, kernel[at], stride[at], padding[at], 1) : everything();
    }
    case 'maxPool2dScatter': {
      const { kernel, stride, padding, dilation } = node.attrs;
      return at >= 0 ? spread(field, kernel[at], stride[at], padding[at], dilation[at]) : everything();
    }
    case 'sum':
    case 'amax': {
      const removed = node.attrs.keepDims ? 0 : node.attrs.axes.filter((other) => other < axis).length;
      return node.attrs.axes.includes(axis) ? everything() : { ...field, axis: axis - removed };
    }
    case 'argmax':
      return node.attrs.axis === axis ? everything() : { ...field, axis: axis - (node.attrs.axis < axis ? 1 : 0) };
    case 'broadcastTo':
      return shape[axis] === 1 && node.attrs.shape.at(axis - shape.length) !== 1
        ? everything()
        : { ...field, axis: axis + node.attrs.shape.length - shape.length };
    case 'reshape': {
      const moved = reshapedAxis(shape, axis, node.attrs.shape);
      return moved === undefined ? everything() : { ...field, axis: moved };
    }
    case 'transpose':
      return { ...field, axis: node.attrs.perm.indexOf(axis) };
    case 'slice': {
      const [start, step] = [node.attrs.starts[axis], node.attrs.steps[axis]];
      return { ...field, start: field.start + start * field.jump, jump: field.jump * step };
    }
    case 'pad': {
      const spacing = node.attrs.interior[axis] + 1;
      const jump = field.jump / spacing;
      return { ...field, start: field.start - node.attrs.before[axis] * jump, jump };
    }
    case 'concat':
      return node.attrs.axis === axis ? everything() : field;
    case 'gather':
    case 'gatherAdjoint':
      return operand === 0 && axis < node.attrs.axis ? field : everything();
    case 'matmul':
      return axis < shape.length - 2 || axis === shape.length - 2 + operand ? field : everything();
    default:
      return elementwise(node.op) ? field : everything();
  }
}

function elementwise(op: PrimitiveName): boolean {
  return primitives[op].traits.family === 'elementwise';
}

function windowed(field: FieldAxis, kernel: number, stride: number, padding: number, dilation: number): FieldAxis {
  return {
    ...field,
    size: field.size + (kernel - 1) * dilation * field.jump,
    jump: field.jump * stride,
    start: field.start - padding * field.jump,
  };
}

/** Position o is reached from those i with i * stride + tap * dilation = o + padding. */
function spread(field: FieldAxis, kernel: number, stride: number, padding: number, dilation: number): FieldAxis {
  const reach = Math.floor(((kernel - 1) * dilation) / stride);
  return {
    ...field,
    size: field.size + reach * field.jump,
    jump: field.jump / stride,
    start: field.start + ((padding - (kernel - 1) * dilation) / stride) * field.jump,
  };
}

/** The pixels that all positions along the axis see together. */
function spanOf(field: FieldAxis, length: Dim): FieldAxis {
  const count = typeof length === 'number' ? length : 1;
  return { axis: undefined, size: field.size + Math.max(count - 1, 0) * field.jump, jump: 0, start: field.start };
}

/** What several operands see together. */
function combine(fields: readonly FieldAxis[], shape: Shape): FieldAxis {
  const [first, ...others] = fields;
  return others.reduce(
    (a, b) => (a.axis === b.axis && a.jump === b.jump ? union(a, b) : union(whole(a, shape), whole(b, shape))),
    first,
  );
}

function whole(field: FieldAxis, shape: Shape): FieldAxis {
  return field.axis === undefined ? field : spanOf(field, shape[field.axis]);
}

function union(a: FieldAxis, b: FieldAxis): FieldAxis {
  const start = Math.min(a.start, b.start);
  return { ...a, start, size: Math.max(a.start + a.size, b.start + b.size) - start };
}

/** Where an axis is after a reshape that leaves it one of its own. */
function reshapedAxis(before: Shape, axis: number, after: Shape): number | undefined {
  const lead = multiplyDims(...before.slice(0, axis));
  const trail = multiplyDims(...before.slice(axis + 1));
  const fits = after.flatMap((dim, at) => {
    const same = dim === before[axis] && multiplyDims(...after.slice(0, at)) === lead;
    return same && multiplyDims(...after.slice(at + 1)) === trail ? [at] : [];
  });
  return fits.length === 1 ? fits[0] : undefined;
}
