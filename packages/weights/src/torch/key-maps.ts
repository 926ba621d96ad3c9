// Where names in published files differ from those of the networks here, as data.

import type { SafetensorsTensor } from '../safetensors/types.ts';

/** A rewriting of names, as by `String.prototype.replace`. */
export interface KeyRule {
  /** A regular expression over whole names. */
  readonly pattern: string;
  readonly replacement: string;
}

/** Rules by the name of what they are for. Names that no rule fits stay. */
export const KEY_MAPS: Readonly<Record<string, readonly KeyRule[]>> = {
  /** torchvision's DenseNets were saved with `norm.1` where the module is `norm1`. */
  densenet: [
    {
      pattern: String.raw`^(.*denselayer\d+\.(?:norm|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$`,
      replacement: '$1$2',
    },
  ],
  /** torch.nn.DataParallel and DistributedDataParallel prefix every name. */
  dataParallel: [{ pattern: String.raw`^module\.(.+)$`, replacement: '$1' }],
};

/** The tensors with the names that the first fitting rule gives. */
export function renameKeys(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  rules: readonly KeyRule[],
): Map<string, SafetensorsTensor> {
  const compiled = rules.map(({ pattern, replacement }) => ({ pattern: new RegExp(pattern), replacement }));
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const rule = compiled.find(({ pattern }) => pattern.test(name));
      return [rule === undefined ? name : name.replace(rule.pattern, rule.replacement), tensor];
    }),
  );
}
