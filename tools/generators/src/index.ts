export {
  architectureGenerator,
  backendGenerator,
  dataGenerator,
  functionGenerator,
  opGenerator,
  optimizerGenerator,
  type GeneratorOptions,
} from './generators.ts';
