// Cases of the recorded oracle, one by one.

import { fileURLToPath } from 'node:url';
import type { Backend } from '@netwright/compiler';
import { SUITES } from '@netwright/oracle-runner';

type OracleCase = Awaited<ReturnType<(typeof SUITES)[string]>>[number];

const DIRECTORY = fileURLToPath(new URL('../../../tools/oracle/data', import.meta.url));

export function oracleCases(suite: 'numerics' | 'models'): Promise<readonly OracleCase[]> {
  return SUITES[suite](DIRECTORY);
}

/** Networks of so many kernels that a processor takes long to compile them for a graphics interface: minutes for WebGL. */
export function isLarge({ name }: OracleCase): boolean {
  return /mobilenet_v2_025|resnet18_w8/.test(name);
}

/** What is wrong; a case of something that does not exist is wrong, too. */
export async function failuresOf(one: OracleCase, backend: Backend): Promise<readonly string[]> {
  const outcome = await one.run(backend);
  if (outcome.status === 'passed') return [];
  return outcome.status === 'failed' ? outcome.failures : [`${outcome.subject} is not built`];
}
