export { anyNetBlock, anyNetStage, type AnyNetBlockOptions, type AnyNetStageOptions } from './blocks.ts';
export { regnetWidths, type RegNetParameters, type RegNetWidths } from './generator.ts';
export { anyNets, regnet, type AnyNetsRecord, type RegNetOptions } from './regnet.ts';
export { fitStages, type AnyNetStage, type FittedStage, type WidthCompatibility } from './stages.ts';
export type { RegNetVariant } from './variants.ts';
