// A registry on this machine alone: what is published to it goes nowhere, and it asks no other.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runServer } from 'verdaccio';

export interface LocalRegistry {
  readonly url: string;
  /** Variables that make npm and pnpm use this registry, and no configuration of the user's. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Anyone may publish and read. Everything is in a temporary folder, which `close` removes. */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'netwright-registry-'));
  const everyone = { access: '$all', publish: '$all' };
  const server = (await runServer({
    storage: join(folder, 'storage'),
    self_path: folder,
    configPath: join(folder, 'config.yaml'),
    auth: { htpasswd: { file: join(folder, 'users') } },
    uplinks: {},
    packages: { '@*/*': everyone, '**': everyone },
    max_body_size: '100mb',
    web: { enable: false },
    log: { type: 'file', path: join(folder, 'log'), level: 'warn' },
  })) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const userConfig = join(folder, 'npmrc');
  writeFileSync(userConfig, `registry=http://${host}\n//${host}:_authToken=anyone\n`);
  return {
    url: `http://${host}`,
    env: {
      npm_config_userconfig: userConfig,
      npm_config_registry: `http://${host}`,
      npm_config_cache: join(folder, 'cache'),
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
