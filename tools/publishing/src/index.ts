export { cleanEnvironment } from './clean-environment.ts';
export { runPnpm, runProgram, type RunOptions } from './commands.ts';
export { installTarballs, type InstallOptions } from './install.ts';
export { packWorkspace, type PackOptions } from './pack.ts';
export { unpackTarballs } from './unpack.ts';
export { closureOf, publicPackages, root, type Manifest, type WorkspacePackage } from './workspace.ts';
