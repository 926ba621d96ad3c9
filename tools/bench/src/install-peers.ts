// Other engines: installed outside of the workspace, on request.

import { spawnSync } from 'node:child_process';

/** npm's own scripts stay off: one of the packages would download a CUDA build. */
export function installPeers(folder: string): void {
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'];
  const { status, error } = spawnSync('npm', args, {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (status !== 0)
    throw new Error(
      `the other engines did not install in ${folder}: ${error?.message ?? `npm ended with ${String(status)}`}`,
    );
}

/** The first Python that has PyTorch: of `NETWRIGHT_PYTHON`, `python3`, and the system's own. */
export function findTorch(): string | undefined {
  const given = process.env.NETWRIGHT_PYTHON;
  const candidates = given === undefined ? ['python3', '/usr/bin/python3'] : [given];
  return candidates.find((python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);
}
