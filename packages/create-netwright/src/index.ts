export { HELP, parseArguments, type Arguments } from './arguments.ts';
export { create, defaultPackageName, type Surroundings } from './create.ts';
export { baseNameOf, describe, isKind, KIND_NAMES, KINDS, type Kind, type KindFacts } from './kinds.ts';
export { camelCase, checkName, pascalCase, snakeCase, type NameCheck } from './names.ts';
export { standalonePackage, type StandaloneOptions } from './standalone-package.ts';
export { codeOf, readTemplate, renameTemplate, type Files } from './templates.ts';
export { NETWRIGHT_RANGE, OUTSIDE_VERSIONS } from './versions.ts';
