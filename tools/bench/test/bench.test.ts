import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  bench,
  childPrograms,
  compareUpdates,
  createProgram,
  include,
  markdownOf,
  median,
  ownEngines,
  Results,
  type BenchOptions,
  type Engine,
  type Report,
  type Work,
} from '../src/index.ts';

const network = { model: 'cifar_resnet8', options: { width: 4, imageSize: 8, shortcut: 'B' }, batch: 2 };
const tiny: readonly Work[] = [
  { kind: 'inference', name: 'tiny-inference', title: 'tiny inference', ...network },
  { kind: 'training', name: 'tiny-training', title: 'tiny training step', ...network },
  { kind: 'forward', name: 'tiny-forward', title: 'tiny convolution', batch: 1, channels: 4, size: 5, filter: 3 },
  { kind: 'gradients', name: 'tiny-gradients', title: 'tiny gradients', batch: 1, channels: 4, size: 5, filter: 3 },
];
const [wasm] = ownEngines(['wasm'], ['high']);

async function run(options: Partial<BenchOptions>): ReturnType<typeof bench> {
  return bench({
    works: tiny,
    engines: [wasm, { ...wasm, name: 'again', backend: 'reference' }],
    threads: [1],
    rounds: 2,
    turnMilliseconds: 20,
    seconds: 5,
    clock: 'wall',
    peers: 'nowhere',
    programs: childPrograms(),
    ...options,
  });
}

test('every kind of work is checked against another backend, timed in turns, and put into a table', async () => {
  const turns: string[] = [];
  const works = tiny.filter(({ kind }) => kind !== 'forward');
  const report = await run({ works, onProgress: (text) => turns.push(text) });
  expect(report.measurements.map(({ work, engine, reason }) => [work, engine, reason])).toEqual(
    works.flatMap(({ name }) => [wasm.name, 'again'].map((engine) => [name, engine, undefined])),
  );
  for (const { figures, engine, work } of report.measurements) {
    expect(figures?.wall).toHaveLength(2);
    expect(Math.min(...(figures?.wall ?? []))).toBeGreaterThan(0);
    if (work === 'tiny-training') expect(figures?.peakBytes).toBeGreaterThan(2 ** 24);
    if (engine !== wasm.name) expect(figures?.check?.error, work).toBeGreaterThan(0);
  }
  expect(turns.filter((text) => text === 'round 2 of 2')).toHaveLength(3);
  const markdown = markdownOf(report, works);
  expect(markdown).toMatch(/^\| tiny inference \| 1 \| netwright wasm \| \d+\.\d \|/m);
  expect(markdown).toMatch(/^\| tiny training step \| 1 \| netwright wasm this checkout \| \d+ \|/m);
}, 120_000);

test('ratios are to the fastest of each group, and a document gets the tables', () => {
  const figures = (...wall: number[]) => ({
    version: '1',
    loadMilliseconds: 1,
    firstMilliseconds: 1,
    secondMilliseconds: 1,
    wall,
    cpu: wall,
  });
  const row = (engine: string, group: Engine['group'], ...wall: number[]) => ({
    work: 'tiny-forward',
    threads: 1,
    engine,
    group,
    figures: figures(...wall),
  });
  const machine = {
    cpu: 'c',
    cores: 1,
    memoryBytes: 2 ** 30,
    platform: 'p',
    node: 'n',
    load: 0,
    date: '2026-01-01T00',
  };
  const measurements = [
    row('own', 'ours', 4, 100, 2),
    row('slow', 'javascript', 80),
    row('quick', 'javascript', 16, 16),
    row('torch', 'pytorch', 2),
  ];
  const markdown = markdownOf({ machine, clock: 'wall', measurements }, tiny);
  expect(markdown).toContain('| tiny convolution | 1 | own | 4.0 | 16.0 (quick) | 0.25 |  |  | 2.0 | 2.00 |');
  expect(markdown).toContain('medians of at most 3 interleaved rounds');
  expect(median([3, 1, 2, 10])).toBe(2.5);
  const marks = ['<!-- benchmarks: begin -->', '<!-- benchmarks: end -->'];
  const document = include(`a\n${marks[0]}\nold\n${marks[1]}\nb\n`, 'new');
  expect(document).toBe(`a\n${marks[0]}\n\nnew\n\n${marks[1]}\nb\n`);
  expect(include(document, 'new')).toBe(document);
  expect(() => include('a', 'new')).toThrow('the document has no lines <!-- benchmarks: begin -->');
});

test('figures are in the files after each work, and a later run replaces those of its works', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-test-'));
  const files = { out: 'figures.json', markdown: 'page.md' };
  const read = async (): Promise<Report> => JSON.parse(await readFile(path.join(folder, files.out), 'utf8')) as Report;
  try {
    await writeFile(path.join(folder, files.markdown), '<!-- benchmarks: begin -->\n<!-- benchmarks: end -->\n');
    const first = new Results(files, folder);
    await first.read('wall');
    const works = [tiny[2], tiny[3]];
    const counts: number[] = [];
    const onMeasured = async (report: Report): Promise<void> => {
      await first.write(report);
      counts.push((await read()).measurements.length);
    };
    await run({ works, engines: [wasm], onMeasured });
    expect(counts).toEqual([1, 2]);
    const before = (await read()).measurements;
    const second = new Results(files, folder);
    await second.read('wall');
    await run({ works: [tiny[2]], engines: [wasm], rounds: 1, onMeasured: (report) => second.write(report) });
    const after = (await read()).measurements;
    expect(after.map(({ work, figures }) => [work, figures?.wall.length])).toEqual([
      ['tiny-gradients', 2],
      ['tiny-forward', 1],
    ]);
    expect(after[0]).toEqual(before[1]);
    expect(await readFile(path.join(folder, files.markdown), 'utf8')).toContain('medians of at most 2 interleaved');
    await expect(new Results(files, folder).read('cpu')).rejects.toThrow(/^the earlier figures are of .*clock wall/);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);

test('an update that is rounding is held to be small, and wrong ones are found in the smallest tensors', () => {
  const tensors = (values: Readonly<Record<string, readonly number[]>>) =>
    new Map(
      Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
    );
  const before = tensors({ large: [1, 1, 1, 1], small: [1, 1], shifted: [0] });
  const after = { large: [1.1, 0.9, 1.1, 0.9], small: [1.001, 0.999], shifted: [3e-9], loss: [2] };
  const error = (changed: Partial<typeof after>) =>
    compareUpdates(tensors({ ...after, ...changed }), tensors(after), before);
  expect(error({}).error).toBe(0);
  expect(error({ shifted: [-3e-9] }).error).toBeLessThan(1e-3);
  for (const [name, changed] of Object.entries({
    large: { large: [0.9, 1.1, 0.9, 1.1] },
    small: { small: [1.001, 1.001] },
    shifted: { shifted: [1e-4] },
    loss: { loss: [2.5] },
  })) {
    const found = error(changed);
    expect(found.worst).toBe(name);
    expect(found.error, name).toBeGreaterThan(0.1);
  }
  expect(error({ small: [NaN, 1] })).toEqual({ worst: 'small', error: Infinity });
});

test('an engine that computes something else, breaks, hangs up or is not there is left out with the reason', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-test-'));
  const { node } = childPrograms();
  const engine = (name: string, settings: Partial<Engine>): Engine => ({ ...wasm, name, ...settings });
  const wrong = path.join(folder, 'wrong.mjs');
  const main = JSON.stringify(node?.at(-1));
  // The same program, which reads other weights for one engine.
  await writeFile(
    wrong,
    `import { readFileSync, writeFileSync } from 'node:fs';
const job = JSON.parse(process.argv[2]);
if (job.engine === 'wrong') {
  const bytes = readFileSync(job.tensors);
  job.tensors = job.results + '.wrong';
  job.engine = 'netwright';
  bytes.fill(0, bytes.length - 64);
  writeFileSync(job.tensors, bytes);
  process.argv[2] = JSON.stringify(job);
}
await import(${main});\n`,
  );
  try {
    const step = await run({
      works: [tiny[1]],
      engines: [wasm, engine('wrong', { loader: 'wrong' })],
      programs: { node: [process.execPath, wrong], python: undefined },
    });
    expect(step.measurements[0]).toMatchObject({ engine: 'wrong', failed: true });
    expect(step.measurements[0].reason).toMatch(/^it computes something else: \S+ differs by .* of its size/);
    const report = await run({
      works: [tiny[2]],
      engines: [
        wasm,
        engine('wrong', { loader: 'wrong' }),
        engine('refused', { backend: 'cpu:target=tin' }),
        engine('unknown', { loader: 'unknown' }),
        engine('absent', { program: 'python' }),
      ],
      programs: { node: [process.execPath, wrong], python: undefined },
    });
    const left = report.measurements.filter(({ reason }) => reason !== undefined);
    expect(left.map((one) => [one.engine, one.failed])).toEqual([
      ['wrong', true],
      ['refused', false],
      ['unknown', false],
      ['absent', false],
    ]);
    expect(left[0].reason).toMatch(/^it computes something else: y differs by .* of its size/);
    expect(left[1].reason).toContain('[cpu.target]');
    expect(left[3].reason).toContain('no Python with PyTorch');
    expect(report.measurements.at(-1)?.figures?.wall).toHaveLength(2);
    const programs = { node: [process.execPath, '-e', 'process.exit(3)'], python: undefined };
    const dying = await run({ works: [tiny[2]], engines: [wasm], programs });
    expect(dying.measurements[0].reason).toBe('it ended with exit code 3');
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);

test.each([
  [['--round', '3'], "unknown option '--round'\n(Did you mean --rounds?)"],
  [['--only', 'resnet'], "argument 'resnet' is invalid. Allowed choices are resnet18-inference,"],
  [['--threads', '1,x'], "argument '1,x' is invalid. It must be a whole number of at least 1."],
  [['--clock', 'sun'], "argument 'sun' is invalid. Allowed choices are wall, cpu."],
])('a mistyped command line is refused: %j', async (args, message) => {
  const errors: string[] = [];
  const program = createProgram(() => undefined, '.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => errors.push(text) });
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow();
  expect(errors.join('')).toContain(message);
  expect(program.helpInformation()).toContain('--peers');
});

test('docs/performance.md has room for the tables', async () => {
  const document = await readFile(new URL('../../../docs/performance.md', import.meta.url), 'utf8');
  expect(() => include(document, 'table')).not.toThrow();
});
