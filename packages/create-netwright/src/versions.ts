// Versions that a package outside the repository asks for; a test compares them with the repository's own.

/** Of every package of Netwright. */
export const NETWRIGHT_RANGE = '>=0.1.0 <1';

/** Of all others. */
export const OUTSIDE_VERSIONS: Readonly<Record<string, string>> = {
  '@types/node': '^20.19.43',
  'fast-png': '^8.0.0',
  typescript: '^6.0.3',
  vitest: '^4.1.12',
};
