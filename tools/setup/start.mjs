// `npm start`: from a fresh clone to a trained network. Later arguments win, so `npm start -- ...` adds to these or overrides them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, prepare, root } from './prepare.mjs';

const defaults =
  '--model cifar_resnet8 --data mnist --backend cpu --epochs 2 --schedule oneCycle:maxLr=0.2 --name mnist-resnet'.split(
    ' ',
  );

const started = Date.now();
const installing = prepare();
const buildStarted = Date.now();
build('packages/cli');
const building = (Date.now() - buildStarted) / 1000;

const command = [join(root, 'packages/cli/dist/bin.js'), 'train', ...defaults, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });

const seconds = (value) => `${value.toFixed(1)} s`;
const total = (Date.now() - started) / 1000;
process.stdout.write(
  `whole command ${seconds(total)}: installing ${seconds(installing)}, building ${seconds(building)}\n`,
);
process.exitCode = status ?? 1;
