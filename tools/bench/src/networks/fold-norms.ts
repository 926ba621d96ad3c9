// For engines that do not do it themselves: norms with running statistics folded into the convolutions before them.

import type { Layer, Layers } from './layers.ts';
import type { Tensors } from './tensors.ts';

/** The network without its norms, and the weights that it then has. */
export function foldNorms(network: Layers, tensors: Tensors): { readonly network: Layers; readonly tensors: Tensors } {
  const folded = new Map(tensors);
  const renamed = new Map<string, string>();
  const layers: Layer[] = [];
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => renamed.get(name) ?? name);
    const at = layers.findIndex(({ output }) => output === inputs[0]);
    if (layer.op !== 'batchNorm' || layers[at]?.op !== 'conv2d') {
      layers.push({ ...layer, inputs });
      continue;
    }
    const convolution = layers[at];
    const [image, weight] = convolution.inputs;
    const bias = `${layer.output}.bias`;
    const channels = fold(layer, inputs.slice(1), folded, weight, bias);
    folded.set(channels.name, channels.tensor);
    layers[at] = { ...convolution, inputs: [image, channels.name, bias] };
    renamed.set(layer.output, convolution.output);
  }
  return { network: { ...network, layers, output: renamed.get(network.output) ?? network.output }, tensors: folded };
}

function fold(
  { attrs }: Layer,
  [gamma, beta, mean, variance]: readonly string[],
  tensors: Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  weight: string,
  bias: string,
): { readonly name: string; readonly tensor: { readonly shape: readonly number[]; readonly data: Float32Array } } {
  const read = (name: string): { readonly shape: readonly number[]; readonly data: Float32Array } => {
    const found = tensors.get(name);
    if (found === undefined) throw new RangeError(`no tensor ${name}`);
    return found;
  };
  const { shape, data } = read(weight);
  const [channels] = shape;
  const scale = Float64Array.from(
    { length: channels },
    (_, c) => read(gamma).data[c] / Math.sqrt(read(variance).data[c] + Number(attrs.eps)),
  );
  const each = data.length / channels;
  tensors.set(bias, {
    shape: [channels],
    data: Float32Array.from(scale, (factor, c) => read(beta).data[c] - read(mean).data[c] * factor),
  });
  return {
    name: `${weight}.folded`,
    tensor: { shape, data: data.map((value, at) => value * scale[Math.floor(at / each)]) },
  };
}
