export { defineConfig, type Config } from './config.ts';
export { distributionFigure, type NamedErrors } from './commands/space.ts';
export { run } from './program.ts';
export { createSession, EXIT, processOutput, type Output, type Session } from './session.ts';
export { BUILT_IN, create, createModel, mergePlugins, type Factory, type Plugins } from './plugins.ts';
export { parseSpec, type Spec, type SpecValue } from './spec.ts';
