// Chromium for the tests that drive a browser: found, or installed on Debian where this process may. Run as a program it prints the version.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Where Debian puts it; another place is named by the variable `CHROMIUM`. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Installs Debian's package where there is none and this is root; without it the tests of browsers are reported as not run. */
export function installChromium() {
  if (existsSync(CHROMIUM) || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  process.stdout.write('Installing Chromium for the tests that drive a browser ...\n');
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 300_000,
    }).status === 0;
  if (!apt('update') || !apt('install', '--yes', '--no-install-recommends', 'chromium'))
    process.stdout.write('Chromium could not be installed.\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { stdout } = spawnSync(CHROMIUM, ['--version'], { encoding: 'utf8' });
  process.stdout.write(`${stdout?.trim() || 'none'}\n`);
}
