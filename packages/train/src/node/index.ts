export { hasCheckpoint, openRunDirectory, readCheckpoint, RUN_FILES, RunDirectory } from './run-directory.ts';
