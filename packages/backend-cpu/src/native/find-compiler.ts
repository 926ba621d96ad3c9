// Looks for a C compiler and asks it for this machine's vector instructions.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';

export interface Compiler {
  readonly command: string;
  /** Options that every file is compiled with. */
  readonly options: readonly string[];
  /** f32 values in the widest vector that the CPU has instructions for: 4, 8 or 16. */
  readonly lanes: number;
  /** Hash of everything about compiler, options and CPU that its output depends on. */
  readonly identity: string;
  /** For people. */
  readonly description: string;
}

const probeMilliseconds = 10_000;

const commonOptions = [
  '-O1',
  '-fexpensive-optimizations',
  '-ffp-contract=fast',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-fwrapv',
  '-shared',
  '-fPIC',
  '-w',
];

/** The first that works of `$NETWRIGHT_CC` alone if that is set, else `$CC`, cc, gcc and clang; or why none does. */
export function findCompiler(environment: NodeJS.ProcessEnv): Compiler | { readonly reasons: readonly string[] } {
  const own = environment['NETWRIGHT_CC'];
  const candidates = own === undefined ? [environment['CC'], 'cc', 'gcc', 'clang'] : [own];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const words = candidate?.trim().split(/\s+/) ?? [];
    const [command, ...given] = words;
    if (command === undefined || command === '') continue;
    const found = probe(command, given);
    if (typeof found !== 'string') return found;
    reasons.push(`${words.join(' ')}: ${found}`);
  }
  return { reasons: reasons.length === 0 ? ['NETWRIGHT_CC names no compiler'] : reasons };
}

/** The compiler, or what went wrong. */
function probe(command: string, given: readonly string[]): Compiler | string {
  const machine = process.arch === 'x64' || process.arch === 'ia32' ? '-march=native' : '-mcpu=native';
  const options = [...given, ...commonOptions, machine];
  const { error, status, stdout, stderr } = spawnSync(command, [...options, '-dM', '-E', '-x', 'c', '-'], {
    input: '',
    encoding: 'utf8',
    timeout: probeMilliseconds,
    maxBuffer: 2 ** 24,
  });
  if (error !== undefined) return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : error.message;
  if (status !== 0) return firstLine(stderr) || `ended with status ${String(status)}`;
  const macros = new Set(stdout.split('\n').map((line) => line.split(' ')[1] ?? ''));
  if (!macros.has('__GNUC__')) return 'not a compiler with the extensions of GCC';
  const lanes = macros.has('__AVX512F__') ? 16 : macros.has('__AVX2__') && macros.has('__FMA__') ? 8 : 4;
  const version = /#define __VERSION__ "(.*)"/.exec(stdout)?.[1] ?? 'of unknown version';
  return {
    command,
    options,
    lanes,
    identity: createHash('sha256')
      .update(JSON.stringify([command, options, stdout]))
      .digest('hex'),
    description: `${command} ${version}, vectors of ${String(lanes)}`,
  };
}

export function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
