// Writes a network as an ONNX model, https://onnx.ai; the messages are those of onnx-proto.

import type { Layer, Layers } from './layers.ts';
import { tensorOf, type Tensors } from './tensors.ts';

/** The part of onnx-proto that is used. */
export interface OnnxProto {
  readonly onnx: {
    readonly ModelProto: {
      create(properties: Readonly<Record<string, unknown>>): unknown;
      encode(message: unknown): { finish(): Uint8Array };
    };
  };
}

const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;

type Attributes = Readonly<Record<string, number | readonly number[]>>;

interface OnnxNode {
  readonly opType: string;
  readonly inputs?: readonly string[];
  readonly attributes?: Attributes;
}

/** The bytes of a model in inference form, opset 13. Norms use the statistics among the tensors. */
export function writeOnnx(proto: OnnxProto, network: Layers, tensors: Tensors): Uint8Array {
  const constants: Record<string, unknown>[] = [];
  const used = new Set<string>();
  const node = (layer: Layer): Record<string, unknown>[] => {
    const { before = [], ...own } = onnxNode(layer, (name, values) => {
      constants.push(
        Array.isArray(values)
          ? { name, dataType: INT64, dims: [values.length], int64Data: values }
          : { name, dataType: FLOAT, dims: [], floatData: [values] },
      );
      return name;
    });
    const made = { inputs: layer.inputs, ...own };
    for (const name of made.inputs) if (tensors.has(name) && name !== network.input.name) used.add(name);
    return [...before, { ...made, output: layer.output }].map(({ opType, inputs, attributes = {}, output }) => ({
      opType,
      name: output,
      input: inputs,
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    }));
  };
  const nodes = network.layers.flatMap(node);
  const initializers = [...used].map((name) => {
    const { shape, data } = tensorOf(tensors, name);
    return {
      name,
      dataType: FLOAT,
      dims: shape,
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  });
  const valueInfo = (name: string, shape?: readonly number[]): Record<string, unknown> => ({
    name,
    type: {
      tensorType: {
        elemType: FLOAT,
        ...(shape === undefined ? {} : { shape: { dim: shape.map((dimValue) => ({ dimValue })) } }),
      },
    },
  });
  const { ModelProto } = proto.onnx;
  const model = ModelProto.create({
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    producerName: 'netwright',
    graph: {
      name: 'network',
      node: nodes,
      initializer: [...initializers, ...constants],
      input: [valueInfo(network.input.name, network.input.shape)],
      output: [valueInfo(network.output)],
    },
  });
  return ModelProto.encode(model).finish();
}

type Step = OnnxNode & { readonly inputs: readonly string[]; readonly output: string };

/** `constant` declares a value and gives its name. */
function onnxNode(
  { op, inputs, output, attrs }: Layer,
  constant: (name: string, values: number | number[]) => string,
): OnnxNode & { readonly before?: readonly Step[] } {
  const list = (name: string): readonly number[] => attrs[name] as readonly number[];
  switch (op) {
    case 'conv2d':
      return {
        opType: 'Conv',
        attributes: {
          strides: list('stride'),
          pads: list('padding'),
          dilations: list('dilation'),
          group: attrs.groups,
        },
      };
    case 'linear':
      return { opType: 'Gemm', attributes: { transB: 1 } };
    case 'batchNorm':
      return { opType: 'BatchNormalization', attributes: { $epsilon: attrs.eps } };
    case 'relu':
      return { opType: 'Relu' };
    case 'relu6':
      return { opType: 'Clip', inputs: [...inputs, constant(`${output}.min`, 0), constant(`${output}.max`, 6)] };
    case 'sigmoid':
      return { opType: 'Sigmoid' };
    case 'silu':
      return {
        opType: 'Mul',
        inputs: [inputs[0], `${output}.gate`],
        before: [{ opType: 'Sigmoid', inputs, output: `${output}.gate` }],
      };
    case 'add':
      return { opType: 'Add' };
    case 'mul':
      return { opType: 'Mul' };
    case 'maxPool2d':
      return {
        opType: 'MaxPool',
        attributes: { kernel_shape: list('kernel'), strides: list('stride'), pads: list('padding') },
      };
    case 'globalAvgPool2d':
      return { opType: 'GlobalAveragePool' };
    case 'reshape':
      return { opType: 'Reshape', inputs: [...inputs, constant(`${output}.shape`, [...list('shape')])] };
  }
}

/** A leading `$` marks a float, since numbers do not say what they are. */
function attribute(name: string, value: number | readonly number[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'number') return { name, type: ATTRIBUTE.ints, ints: value };
  return name.startsWith('$')
    ? { name: name.slice(1), type: ATTRIBUTE.float, f: value }
    : { name, type: ATTRIBUTE.int, i: value };
}
