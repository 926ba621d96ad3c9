import { EXIT, type Session } from '../session.ts';

export interface ListOptions {
  readonly config?: string;
  readonly json: boolean;
}

/** Prints every name that the command line knows. */
export async function listCommand({ output, plugins }: Session, { config, json }: ListOptions): Promise<number> {
  const { architectures, backends, datasets, optimizers, schedules } = await plugins(config);
  const names = {
    datasets: Object.keys(datasets),
    backends: Object.keys(backends),
    optimizers: Object.keys(optimizers),
    schedules: Object.keys(schedules),
  };
  if (json) {
    const models = architectures.map(({ family, variants, grammar, paper }) => ({ family, variants, grammar, paper }));
    output.line(JSON.stringify({ models, ...names }, undefined, 2));
    return EXIT.ok;
  }
  for (const { family, variants, grammar, paper } of architectures) {
    output.line(`${family} (${paper})`);
    output.line(`  ${variants.join(', ')}`);
    if (grammar !== undefined) output.line(`  ${grammar}`);
  }
  for (const [kind, known] of Object.entries(names)) output.line(`${kind}: ${known.join(', ')}`);
  return EXIT.ok;
}
