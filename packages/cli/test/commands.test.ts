import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { beforeAll, describe, expect, test } from 'vitest';
import { BUILT_IN } from '@netwright/cli';
import { runIn, temporaryDirectory, TRAIN, type Run } from './session.ts';

describe('summary', () => {
  test.each([
    ['resnet18', 11_689_512, 1_814_073_344],
    ['resnet50', 25_557_032, 4_089_184_256],
    ['resnet152', 60_192_808, 11_513_626_624],
  ])('%s has %i parameters and %i MACs', async (name, parameters, macs) => {
    const { code, out } = await runIn('.', 'summary', name, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name, totals: { parameters, macs } });
  });

  test('prints a table with totals', async () => {
    const { code, out } = await runIn('.', 'summary', 'tiny', '--batch', '2');
    expect(code).toBe(0);
    expect(out).toMatch(/^tiny \(resnet\), input \[2, 3, 32, 32\]/);
    expect(out).toMatch(/conv1 +conv2d +\[2, 8, 32, 32\] +216 +442,368/);
    expect(out).toMatch(/parameters +[\d,]+$/m);
  });

  test('takes options of the model', async () => {
    const { out } = await runIn(
      '.',
      'summary',
      'tiny',
      '--model-option',
      'classes=3',
      '--model-option',
      'channels=1',
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({ inputShape: [1, 32, 32], options: { classes: 3, channels: 1 } });
  });
});

test('list names every kind of plugin', async () => {
  const { code, out } = await runIn('.', 'list', '--json');
  expect(code).toBe(0);
  const listed: unknown = JSON.parse(out);
  expect(listed).toMatchObject({
    optimizers: Object.keys(BUILT_IN.optimizers),
    backends: Object.keys(BUILT_IN.backends),
  });
  expect((await runIn('.', 'list')).out).toContain('cifar_resnetN with N = 6n + 2');
});

test.each(['--version', '-V'])('%s is that of the package', async (option) => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  const { code, out } = await runIn('.', option);
  expect({ code, out }).toEqual({ code: 0, out: manifest.version });
});

describe('a run', () => {
  const directory = temporaryDirectory();
  const file = (name: string): string => path.join(directory, 'runs', 'first', name);
  let result: Run;

  beforeAll(async () => {
    result = await runIn(
      directory,
      ...TRAIN,
      '--epochs',
      '6',
      '--validation',
      '8',
      '--name',
      'first',
      '--checkpoint-steps',
      '2',
    );
  });

  test('learns, and says where model and report are', () => {
    expect(result.err).toBe('');
    expect(result.code).toBe(0);
    expect(result.out).toContain(`report ${file('report.html')}`);
    expect(Number(/test accuracy (\d\.\d{4})$/.exec(result.out)?.[1])).toBeGreaterThan(0.9);
  });

  test('writes what is needed to repeat it', () => {
    const description: unknown = JSON.parse(readFileSync(file('run.json'), 'utf8'));
    expect(description).toMatchObject({
      arguments: { model: 'tiny', epochs: 6, seed: 0 },
      data: { name: 'halves', train: 40, validation: 8, test: 20 },
      backend: { name: 'cpu', target: 'wasm:threads=1' },
    });
    const lines = readFileSync(file('metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(6 * 3 + 6 + 1);
  });

  test('the report is one page that refers to nothing', () => {
    const page = readFileSync(file('report.html'), 'utf8');
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    expect(page).not.toMatch(/url\(/);
    expect(page.match(/<svg/g)?.length).toBe(4);
    for (const part of ['Curves', 'Confusion matrix', 'Misclassified images', 'layer1.0.conv1'])
      expect(page).toContain(part);
  });

  test('the model is evaluated by itself', async () => {
    const { code, out } = await runIn(
      directory,
      'evaluate',
      path.dirname(file('model.json')),
      '--data',
      'halves',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      model: 'tiny',
      samples: 20,
      accuracy: Number(/test accuracy (.*)$/.exec(result.out)?.[1]),
    });
  });

  test('predicts PNG and JPEG, and resizes', async () => {
    const size = 16;
    const gray = Uint8Array.from({ length: size * size }, (_, pixel) => (pixel % size < size / 2 ? 20 : 200));
    const rgba = Buffer.from(
      Uint8Array.from({ length: 4 * size * size }, (_, at) => (at % 4 === 3 ? 255 : gray[Math.floor(at / 4)])),
    );
    const png = path.join(directory, 'right.png');
    const jpeg = path.join(directory, 'right.jpg');
    writeFileSync(png, encode({ width: size, height: size, channels: 1, depth: 8, data: gray }));
    writeFileSync(jpeg, encodeJpeg({ width: size, height: size, data: rgba }, 95).data);
    const { code, out } = await runIn(directory, 'predict', file('model.safetensors'), png, jpeg, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { image: png, classes: [{ name: 'right' }, { name: 'left' }] },
      { image: jpeg, classes: [{ name: 'right' }, { name: 'left' }] },
    ]);
    const exact = await runIn(directory, 'predict', file('model.json'), png, '--resize', 'exact');
    expect(exact).toMatchObject({ code: 1, out: '' });
    expect(exact.err).toContain('[data.imageSize]');
  });

  test('paths count from the directory that the command runs in', async () => {
    writeFileSync(
      path.join(directory, 'left.png'),
      encode({
        width: 8,
        height: 8,
        channels: 1,
        depth: 8,
        data: Uint8Array.from({ length: 64 }, (_, at) => (at % 8 < 4 ? 200 : 20)),
      }),
    );
    const { code, out } = await runIn(
      directory,
      'predict',
      'runs/first',
      'left.png',
      '--top',
      '1',
      '--backend',
      'reference',
    );
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^left\.png: left \d+\.\d %$/) as unknown });
    expect((await runIn(directory, 'evaluate', 'runs/first/model.json', '--data', 'halves')).code).toBe(0);
  });

  test('is not measured on images of another size', async () => {
    const { code, err } = await runIn(directory, 'evaluate', 'runs/first', '--data', 'mnist:limit=10');
    expect(err).toBe(
      'netwright: evaluate (tiny): expected images of 1 x 8 x 8 in at most 2 classes, received mnist test: 10 images of 1 x 28 x 28 in 10 classes. ' +
        'Hint: measure the model on data like that which it was trained on [evaluate.data]',
    );
    expect(code).toBe(1);
  });

  test('is refused when its files are damaged or of different models', async () => {
    const model = readFileSync(file('model.safetensors'));
    const lying = Uint8Array.from(model);
    new DataView(lying.buffer).setBigUint64(0, 2n ** 40n, true);
    const empty = new TextEncoder().encode('{}');
    const other = new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, ...empty]);
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [model.subarray(0, -5), /\[safetensors\.\w+\]/],
      [lying, /\[safetensors\.\w+\]/],
      [other, /0 unexpected, 0 mis-shaped; missing: conv1\.weight, [^]*\[weights\.load\]/],
    ];
    writeFileSync(path.join(directory, 'damaged.json'), readFileSync(file('model.json')));
    for (const [bytes, message] of cases) {
      writeFileSync(path.join(directory, 'damaged.safetensors'), bytes);
      const { code, err } = await runIn(directory, 'evaluate', 'damaged.json', '--data', 'halves');
      expect(err).toMatch(message);
      expect(code).toBe(1);
    }
    writeFileSync(path.join(directory, 'other.safetensors'), other);
    const { code, err } = await runIn(directory, ...TRAIN, '--weights', 'other.safetensors');
    expect(err).toBe(
      'netwright: train (other.safetensors): expected tensors of tiny, received none that fits. ' +
        'Hint: netwright summary lists the layers of a model [cli.weights]',
    );
    expect(code).toBe(1);
  });

  test('starts another model as far as it fits, and trains its head alone', async () => {
    const options = ['--weights', 'runs/first/model.safetensors', '--model-option', 'classes=3', '--train-only', 'fc'];
    const { code, out } = await runIn(directory, ...TRAIN, ...options, '--name', 'tuned');
    expect(code).toBe(0);
    expect(out).toMatch(
      /loaded \d+ tensors of runs\/first\/model\.safetensors; missing none; unexpected none; mis-shaped fc\.weight, fc\.bias/,
    );
  });

  test('an image that is none, or is damaged', async () => {
    writeFileSync(path.join(directory, 'text.png'), 'no image');
    const png = encode({ width: 8, height: 8, channels: 1, depth: 8, data: new Uint8Array(64) });
    writeFileSync(path.join(directory, 'half.png'), png.subarray(0, 40));
    const jpeg = encodeJpeg({ width: 8, height: 8, data: Buffer.alloc(256) }, 95).data;
    writeFileSync(path.join(directory, 'half.jpg'), jpeg.subarray(0, 60));
    for (const name of ['text.png', 'half.png', 'half.jpg', 'nowhere.png']) {
      const { code, err } = await runIn(directory, 'predict', 'runs/first', name);
      expect(err).toContain(`readImage (${path.join(directory, name)}): expected a whole PNG or JPEG file, received `);
      expect(err).toContain('[images.file]');
      expect(code).toBe(1);
    }
  });

  test('is interrupted by a signal, and continues to the same bytes', async () => {
    const args = [...TRAIN, '--epochs', '6', '--validation', '8', '--checkpoint-steps', '2', '--name', 'stopped'];
    const listeners = process.listenerCount('SIGINT');
    const running = runIn(directory, ...args);
    while (process.listenerCount('SIGINT') === listeners) await new Promise((resolve) => setTimeout(resolve, 1));
    process.emit('SIGINT');
    const stopped = await running;
    expect(stopped.code).toBe(130);
    expect(stopped.out).toMatch(/interrupted after \d+ steps; continue with --resume$/);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
    expect((await runIn(directory, ...args, '--resume')).code).toBe(0);
    const model = readFileSync(path.join(directory, 'runs', 'stopped', 'model.safetensors'));
    expect(model.equals(readFileSync(file('model.safetensors')))).toBe(true);
  });

  test('a finished run resumes to the same bytes', async () => {
    const before = readFileSync(file('model.safetensors'));
    const again = await runIn(
      directory,
      ...TRAIN,
      '--epochs',
      '6',
      '--validation',
      '8',
      '--name',
      'first',
      '--checkpoint-steps',
      '2',
      '--resume',
    );
    expect(again.code).toBe(0);
    expect(again.out).toContain('continuing at step 18 of 18');
    expect(readFileSync(file('model.safetensors')).equals(before)).toBe(true);
  });

  test.each([
    ['another model', ['--model-option', 'width=4'], 'checkpoint.model'],
    ['another optimizer', ['--optimizer', 'sgd:lr=0.1'], 'checkpoint.model'],
    ['another target', ['--backend', 'reference:precision=f32'], 'train.target'],
  ])('is not resumed with %s', async (_, options, code) => {
    const refused = await runIn(
      directory,
      ...TRAIN,
      '--epochs',
      '6',
      '--validation',
      '8',
      '--name',
      'first',
      '--resume',
      ...options,
    );
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`[${code}]`);
  });

  test('goes on with another optimizer on request, and averages weights', async () => {
    const args = [...TRAIN, '--epochs', '2', '--validation', '8', '--name', 'changed', '--ema-decay', '0.9'];
    expect((await runIn(directory, ...args, '--clip-value', '1')).code).toBe(0);
    const change = ['--clip-value', '1', '--optimizer', 'adam:lr=0.001', '--resume'];
    const refused = await runIn(directory, ...args, ...change);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('allow the change (allowOptimizerChange)');
    const allowed = await runIn(directory, ...args, ...change, '--allow-optimizer-change');
    expect(allowed.err).toBe('');
    expect(allowed.code).toBe(0);
  });
});
