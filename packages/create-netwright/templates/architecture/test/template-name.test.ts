import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { templateName } from '../src/index.ts';

/** Weights of the convolutions, scale and shift of the norms, the classifier with its bias. */
function parametersOf(widths: readonly number[], classes: number): number {
  const convolutions = widths.map((out, stage) => 3 * 3 * (stage === 0 ? 3 : widths[stage - 1]) * out + 2 * out);
  return convolutions.reduce((sum, count) => sum + count, 0) + (widths[widths.length - 1] + 1) * classes;
}

/** Multiply-adds of the convolutions and the classifier for an image of 32 x 32 pixels. */
function macsOf(widths: readonly number[], classes: number): number {
  const convolutions = widths.map(
    (out, stage) => 3 * 3 * (stage === 0 ? 3 : widths[stage - 1]) * out * (32 >> (stage + 1)) ** 2,
  );
  return convolutions.reduce((sum, count) => sum + count, 0) + widths[widths.length - 1] * classes;
}

/** What the paper or another implementation says of each network. */
const golden: readonly GoldenNetwork[] = [
  { name: 'template_name_small', widths: [16, 32, 64] },
  { name: 'template_name_large', widths: [32, 64, 128, 256] },
].map(({ name, widths }) => ({
  name,
  input: [1, 3, 32, 32],
  output: [1, 10],
  params: parametersOf(widths, 10),
  macs: macsOf(widths, 10),
}));

testArchitecture(templateName, { golden, tiny: { imageSize: 8 }, lr: 0.2 });
