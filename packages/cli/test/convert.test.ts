// From files of torch.save to safetensors.

import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineArchitecture, batchNormLayer, conv2dLayer, linearLayer } from '@netwright/arch';
import { flatten } from '@netwright/ir';
import { readSafetensors, readTorchStateDict } from '@netwright/weights';
import { expect, test } from 'vitest';
import { runIn, runWith, temporaryDirectory } from './session.ts';

const directory = temporaryDirectory();
const torchFiles = fileURLToPath(new URL('../../weights/test/torch/files/', import.meta.url));
for (const file of ['network-legacy.pth', 'kinds.pth', 'no-tensors.pth'])
  copyFileSync(path.join(torchFiles, file), path.join(directory, file));

/** What the script of those files saved. */
const network = defineArchitecture({
  family: 'torchNetwork',
  paper: '',
  options: {},
  variants: { torchNetwork: {} },
  build(image) {
    const y = batchNormLayer(conv2dLayer(image, { name: '0', out: 3, kernel: 3, bias: true }), { name: '1' });
    return linearLayer(flatten(y, 1), { name: '3', out: 2 });
  },
});

test('writes the tensors, floats in single precision', async () => {
  const { code, out } = await runIn(directory, 'convert', 'kinds.pth', 'kinds.safetensors');
  expect([code, out]).toEqual([0, 'kinds.safetensors: 15 tensors']);
  const { tensors } = readSafetensors(readFileSync(path.join(directory, 'kinds.safetensors')));
  expect([tensors.get('half')?.dtype, tensors.get('double')?.dtype, tensors.get('long')?.dtype]).toEqual([
    'F32',
    'F32',
    'I64',
  ]);
});

test('checks them against a model', async () => {
  const options = ['--model', 'torchNetwork', '--model-option', 'imageSize=4', 'channels=2', 'classes=2'];
  const { code, out } = await runWith(
    [network],
    directory,
    'convert',
    'network-legacy.pth',
    'n.safetensors',
    ...options,
  );
  expect([code, out]).toEqual([0, 'n.safetensors: 9 tensors, all of torchNetwork']);
  const { tensors } = readSafetensors(readFileSync(path.join(directory, 'n.safetensors')));
  const source = readTorchStateDict(readFileSync(path.join(directory, 'network-legacy.pth')));
  expect([...tensors].map(([name, { data }]) => [name, [...data]])).toEqual(
    [...source].map(([name, { data }]) => [name, [...data]]),
  );
});

test('drops what is asked for, fills in counters, and refuses the weights of another model', async () => {
  const options = ['--model', 'torchNetwork', '--model-option', 'imageSize=4', 'channels=2', 'classes=2'];
  const counters = ['--drop', '1.num_batches_tracked'];
  const filled = await runWith(
    [network],
    directory,
    'convert',
    'network-legacy.pth',
    'n.safetensors',
    ...options,
    ...counters,
  );
  expect(filled.out.split('\n')).toEqual([
    'dropped: 1.num_batches_tracked',
    'counters that the file lacks, as zeros: 1.num_batches_tracked',
    'n.safetensors: 9 tensors, all of torchNetwork',
  ]);
  const other = await runIn(directory, 'convert', 'kinds.pth', 'n.safetensors', '--model', 'resnet18');
  expect([other.code, other.err]).toEqual([1, expect.stringContaining('layer1.0.conv1.weight')]);
});

test.each<[readonly string[], number, string]>([
  [['missing.pth', 'x.safetensors'], 1, 'cannot be read. [cli.convert]'],
  [['no-tensors.pth', 'x.safetensors'], 1, 'a dictionary of tensors by name'],
  [['kinds.pth', 'x.safetensors', '--key-map', 'vgg'], 2, 'one of densenet, dataParallel'],
])('refuses %j', async (args, code, message) => {
  const result = await runIn(directory, 'convert', ...args);
  expect([result.code, result.err]).toEqual([code, expect.stringContaining(message)]);
});
