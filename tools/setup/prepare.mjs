// Brings a fresh clone to a state in which nx runs. Needs Node and npm alone, so it imports nothing that must be installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const oldestNode = [20, 19];

/** Checks Node and installs the dependencies; seconds spent on the latter, 0 when nothing had to be done. */
export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    fail(
      `Netwright needs Node ${oldestNode.join('.')} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
    );
  }
  return install();
}

/** Runs nx on `args`; its exit status. */
export function nx(args, { env = {}, timeout } = {}) {
  const options = { cwd: root, stdio: 'inherit', timeout, env: { ...process.env, ...env } };
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), ...args], options);
  return status ?? 1;
}

/** Builds the package in `folder` with all it needs, and ends the process when that fails. */
export function build(folder) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b', join(folder, 'tsconfig.build.json')], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) fail(`${folder} did not build.`);
}

export function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function install() {
  const stamp = join(root, 'node_modules/.netwright-installed');
  const hash = createHash('sha256');
  for (const path of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, path)));
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 0;

  const started = Date.now();
  const { packageManager } = readJson('package.json');
  process.stdout.write(`Installing the dependencies with ${packageManager} ...\n`);
  const npm = npmCommand();
  const args = [
    'exec',
    '--yes',
    '--prefer-offline',
    `--package=${packageManager}`,
    '--',
    'pnpm',
    'install',
    '--frozen-lockfile',
  ];
  const { status, error } = spawnSync(npm.command, [...npm.args, ...args], {
    cwd: root,
    stdio: 'inherit',
    shell: npm.shell,
  });
  if (status !== 0) fail(`The dependencies could not be installed${error ? `: ${error.message}` : ''}.`);
  writeFileSync(stamp, wanted);
  return (Date.now() - started) / 1000;
}

function npmCommand() {
  const running = process.env.npm_execpath ?? '';
  if (/npm-cli\.[cm]?js$/.test(running) && existsSync(running))
    return { command: process.execPath, args: [running], shell: false };
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}
