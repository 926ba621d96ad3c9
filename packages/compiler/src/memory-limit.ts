// Limits on the memory of a program.

import { NetwrightError } from '@netwright/ir';

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * Bytes of `512MB`, `1.5 GiB`, `800000` or a number: KB, MB, GB are powers of 1000 and KiB, MiB, GiB powers of 1024.
 *
 * @throws NetwrightError `compile.maxMemory` for anything else, and for less than one byte.
 */
export function parseBytes(value: number | string): number {
  const [, digits = '', unit = ''] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)\s*$/i.exec(String(value)) ?? [];
  const factor = UNITS[unit === '' ? 'b' : unit.toLowerCase()];
  const bytes = Math.floor(Number(digits) * (factor ?? NaN));
  if (digits !== '' && bytes >= 1 && Number.isFinite(bytes)) return bytes;
  throw new NetwrightError({
    code: 'compile.maxMemory',
    operation: 'compile',
    expected: 'bytes as a number, or a text such as 512MB or 1.5GiB (B, KB, MB, GB, KiB, MiB, GiB)',
    received: JSON.stringify(value),
  });
}

/** `123.4MB` or `5.6KB`, rounded up so that the text can be given as a limit. */
function formatBytes(bytes: number): string {
  const [size, unit] = bytes < 1e6 ? [1e3, 'KB'] : [1e6, 'MB'];
  return `${(Math.ceil((bytes / size) * 10) / 10).toFixed(1)}${unit}`;
}

/**
 * The error of a program that cannot be made to fit.
 *
 * @param minimum - bytes of the smallest program that was found.
 * @param persistent - those of them that the store holds.
 */
export function memoryError(limit: number, minimum: number, persistent: number): NetwrightError {
  return new NetwrightError({
    code: 'compile.memory',
    operation: 'compile',
    expected: `a program within ${formatBytes(limit)}`,
    received: `one of at least ${formatBytes(minimum)}, ${formatBytes(persistent)} of them parameters and state`,
    hint: `raise maxMemory to ${formatBytes(minimum)}, or use a smaller batch`,
  });
}
