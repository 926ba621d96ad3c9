// Publishes every public package whose version the registry does not have.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPnpm, runProgram } from './commands.ts';
import { cleanEnvironment } from './clean-environment.ts';
import { startLocalRegistry } from './local-registry.ts';
import { packWorkspace } from './pack.ts';
import { publicPackages, root } from './workspace.ts';

export type Report = (line: string) => void;

const publish = ['--recursive', 'publish', '--no-git-checks', '--access', 'public'];

/** To the configured registry; then a git tag for each version. */
export async function release(report: Report): Promise<void> {
  await packWorkspace();
  report(await runPnpm(publish, { cwd: root }));
  const changesets = join(root, 'node_modules/@changesets/cli/bin.js');
  report(await runProgram(process.execPath, [changesets, 'tag'], { cwd: root }));
}

/** The names of what was installed, all of whose dependencies are packages of this repository. */
export const SAMPLE = ['train', 'backend-cpu', 'arch-lenet', 'optim-adam'].map((name) => `@netwright/${name}`);

/** What a user of the sample would write first. Its last line of output is the loss of each epoch, as JSON. */
const PROGRAM = `
import { lenet } from '@netwright/arch-lenet';
import { cpu } from '@netwright/backend-cpu';
import { tensorDataset } from '@netwright/data';
import { adam } from '@netwright/optim-adam';
import { train } from '@netwright/train';

const count = 64;
const labels = Int32Array.from({ length: count }, (_, at) => at % 2);
const images = Float32Array.from({ length: count * 18 * 18 }, (_, at) => labels[Math.floor(at / 324)] * (at % 3));
const data = tensorDataset({ images, labels, shape: [1, 18, 18], classes: ['plain', 'striped'] });
const losses = [];
const on = (event) => event.kind === 'epoch' && losses.push(event.train.loss);
const backend = cpu({ target: 'wasm', threads: 1 });
const model = lenet('tiny', { classes: 2 });
const { trainer } = await train({ model, data: { name: 'stripes', train: data }, backend, optimizer: adam({ lr: 0.01 }), epochs: 5, batchSize: 16, on });
await trainer.dispose();
await backend.dispose();
console.log(JSON.stringify(losses));
`;

export interface Rehearsal {
  /** Packages that the local registry has afterwards, with their versions. */
  readonly published: ReadonlyMap<string, string>;
  /** Losses of the epochs of a small network, trained with what was installed from there. */
  readonly losses: readonly number[];
}

/** Everything that {@link release} does but for tags, with a registry on this machine; then installs from it and trains. */
export async function rehearseRelease(report: Report): Promise<Rehearsal> {
  await packWorkspace();
  const registry = await startLocalRegistry();
  const folder = mkdtempSync(join(tmpdir(), 'netwright-release-'));
  try {
    const env = { ...cleanEnvironment(), ...registry.env };
    await runPnpm([...publish, '--registry', registry.url], { cwd: root, env });
    const published = new Map<string, string>();
    for (const { manifest } of publicPackages()) {
      const response = await fetch(`${registry.url}${manifest.name}`);
      const { 'dist-tags': tags } = (await response.json()) as { readonly 'dist-tags'?: { readonly latest: string } };
      if (tags === undefined) throw new Error(`${manifest.name} was not published`);
      published.set(manifest.name, tags.latest);
      report(`${manifest.name}@${tags.latest}`);
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...SAMPLE];
    await runProgram('npm', install, { cwd: folder, env });
    writeFileSync(join(folder, 'train.mjs'), PROGRAM);
    const output = await runProgram(process.execPath, ['train.mjs'], { cwd: folder });
    const losses = JSON.parse(output.trim().split('\n').at(-1) ?? '') as readonly number[];
    report(
      `Installed ${SAMPLE.join(', ')} from there and trained: loss ${losses.map((loss) => loss.toFixed(3)).join(', ')}`,
    );
    return { published, losses };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await registry.close();
  }
}
