// Bad input: a clear message and an exit code, never a stack.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runIn, temporaryDirectory, TRAIN } from './session.ts';

const directory = temporaryDirectory();
const at = (name: string): string => path.join(directory, name);

writeFileSync(at('text.png'), 'no image');
writeFileSync(at('a-file'), '');
writeFileSync(at('short.safetensors'), Uint8Array.of(1, 2, 3));
writeFileSync(at('short.json'), '{}');
const lying = new Uint8Array(24);
new DataView(lying.buffer).setBigUint64(0, 10n ** 9n, true);
writeFileSync(at('lying.safetensors'), lying);
mkdirSync(at('idx'));
for (const name of [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
]) {
  writeFileSync(at(`idx/${name}`), Uint8Array.of(0, 0, 8, name.includes('images') ? 3 : 1, 0, 0, 0, 9));
}

test.each<readonly [string, readonly string[], number, RegExp]>([
  ['an unknown command', ['trian'], 2, /unknown command 'trian'[^]*Did you mean train/],
  ['an unknown option', ['train', '--epoch', '3'], 2, /unknown option '--epoch'[^]*Did you mean --epochs/],
  ['an option without its value', ['train', '--epochs'], 2, /argument missing/],
  ['a count of zero', ['train', '--epochs', '0'], 2, /It must be at least 1/],
  ['a number that is none', ['train', '--validation', 'half'], 2, /It must be a number/],
  [
    'an unknown model',
    [...TRAIN, '--model', 'resnet81'],
    2,
    /received resnet81\. Hint: did you mean resnet18\? \[cli\.name\]/,
  ],
  ['an unknown model to summarize', ['summary', 'resnt50'], 2, /did you mean resnet50/],
  ['an unknown backend', [...TRAIN, '--backend', 'cpuu'], 2, /did you mean cpu\?/],
  ['an unknown optimizer', [...TRAIN, '--optimizer', 'adamm'], 2, /did you mean adam\?/],
  ['an unknown dataset', [...TRAIN, '--data', 'minst'], 2, /did you mean mnist\?/],
  ['an unknown augmentation', [...TRAIN, '--augment', 'flop'], 2, /did you mean flip\?/],
  ['a malformed spec', [...TRAIN, '--optimizer', 'sgd:lr'], 2, /"lr" is not key=value[^]*\[cli\.spec\]/],
  [
    'an unknown option of an optimizer',
    [...TRAIN, '--optimizer', 'sgd:rate=1'],
    1,
    /there is no option rate[^]*\[optimizer\.options\]/,
  ],
  [
    'an unknown option of a model',
    [...TRAIN, '--model-option', 'depth=3'],
    1,
    /there is no option depth[^]*\[architecture\.options\]/,
  ],
  ['a truncated IDX file', [...TRAIN, '--data', `mnist:directory=${at('idx')}`], 1, /idx[^]*expected[^]*received/i],
  ['a missing dataset', [...TRAIN, '--data', `fashionMnist:directory=${at('nowhere')}`], 1, /nowhere[^]*Hint/],
  ['a run directory that is a file', [...TRAIN, '--runs', 'a-file'], 1, /\[run\.directory\]/],
  ['resuming what never ran', [...TRAIN, '--name', 'never', '--resume'], 1, /\[cli\.resume\]/],
  ['a missing model', ['evaluate', at('nothing')], 1, /\[cli\.model\]/],
  ['a description of nothing', ['evaluate', at('short')], 1, /\[model\.description\]/],
  ['truncated weights', [...TRAIN, '--weights', 'short.safetensors'], 1, /\[safetensors\.\w+\]/],
  ['a checkpoint in place of a model', ['predict', at('checkpoint.safetensors'), at('text.png')], 1, /\[cli\.model\]/],
  ['weights that are not there', [...TRAIN, '--weights', 'no.safetensors'], 1, /ENOENT[^]*\[cli\.weights\]/],
  ['more threads than there can be', [...TRAIN, '--backend', 'cpu:threads=0'], 1, /\[cpu\.threads\]/],
  ['weights with a lying header', [...TRAIN, '--weights', 'lying.safetensors'], 1, /\[safetensors\.\w+\]/],
  ['freezing everything', [...TRAIN, '--train-only', 'head'], 1, /\[cli\.trainOnly\]/],
])('%s', async (_, args, code, message) => {
  const result = await runIn(directory, ...args);
  expect(result.err).toMatch(message);
  expect(result.err).not.toMatch(/\n\s+at /);
  expect(result.code).toBe(code);
});
