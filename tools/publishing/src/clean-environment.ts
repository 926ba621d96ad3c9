const foreign =
  /^(VITEST|NX_|NETWRIGHT_(?!CPU_)|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$|TEST$|MODE$|DEV$|PROD$|pnpm_|npm_(?!config_(registry|cache|userconfig|globalconfig)$))/i;

/** For a program in a folder of its own: without what the test run, and what started it, have set for themselves. */
export function cleanEnvironment(): Record<string, undefined> {
  const names = Object.keys(process.env).filter((name) => foreign.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
