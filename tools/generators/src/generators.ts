// What nx calls; see generators.json.

import type { Tree } from '@nx/devkit';
import { generateOp } from './op-generator.ts';
import { generatePackage } from './package-generator.ts';

/** The options of every generator. */
export interface GeneratorOptions {
  readonly name: string;
}

type Generator = (tree: Tree, options: GeneratorOptions) => Promise<void>;

export const optimizerGenerator: Generator = (tree, { name }) => generatePackage(tree, 'optimizer', name);
export const architectureGenerator: Generator = (tree, { name }) => generatePackage(tree, 'architecture', name);
export const backendGenerator: Generator = (tree, { name }) => generatePackage(tree, 'backend', name);
export const functionGenerator: Generator = (tree, { name }) => generatePackage(tree, 'function', name);
export const dataGenerator: Generator = (tree, { name }) => generatePackage(tree, 'data', name);
export const opGenerator: Generator = (tree, { name }) => generateOp(tree, name);
