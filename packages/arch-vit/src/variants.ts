// The variant table of the family, as data, and the grammar of its names.

/** A transformer in five numbers. */
export interface VitVariant {
  /** Side of a patch, in pixels. */
  readonly patch: number;
  readonly layers: number;
  readonly heads: number;
  /** Length of a token. */
  readonly width: number;
  /** Hidden features of the perceptron. */
  readonly hidden: number;
}

type Size = Omit<VitVariant, 'patch'>;

/** Table 1 of the paper; tiny and small as in DeiT (arXiv:2012.12877). */
export const SIZES: Readonly<Record<'t' | 's' | 'b' | 'l' | 'h', Size>> = {
  t: { layers: 12, heads: 3, width: 192, hidden: 768 },
  s: { layers: 12, heads: 6, width: 384, hidden: 1536 },
  b: { layers: 12, heads: 12, width: 768, hidden: 3072 },
  l: { layers: 24, heads: 16, width: 1024, hidden: 4096 },
  h: { layers: 32, heads: 16, width: 1280, hidden: 5120 },
};

export const TINY: VitVariant = { patch: 4, layers: 2, heads: 2, width: 12, hidden: 24 };

export const VARIANTS: Readonly<Record<string, VitVariant>> = {
  vit_t_16: { ...SIZES.t, patch: 16 },
  vit_s_16: { ...SIZES.s, patch: 16 },
  vit_s_32: { ...SIZES.s, patch: 32 },
  vit_b_16: { ...SIZES.b, patch: 16 },
  vit_b_32: { ...SIZES.b, patch: 32 },
  vit_l_16: { ...SIZES.l, patch: 16 },
  vit_l_32: { ...SIZES.l, patch: 32 },
  vit_h_14: { ...SIZES.h, patch: 14 },
  tiny: TINY,
};

/** `vit_S_P`: a size and the side of a patch. */
export function parse(name: string): VitVariant | undefined {
  const [, size, patch] = /^vit_([tsblh])_([1-9]\d*)$/.exec(name) ?? [];
  return size === undefined ? undefined : { ...SIZES[size as keyof typeof SIZES], patch: Number(patch) };
}
