// What every plot of these pictures shares.

import * as Plot from '@observablehq/plot';

/** A plot without its size and document. */
export type PlotSpec = Omit<Plot.PlotOptions, 'document' | 'width' | 'height'>;

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of a surface seen from above. */
export const PANEL: Size = { width: 520, height: 400 };
/** Of what stands beside it. */
export const SIDE: Size = { width: 420, height: 400 };

export const MARGINS = { marginLeft: 52, marginRight: 16, marginTop: 26, marginBottom: 42 };

/** An element that `arrange` can place. */
export function plot(document: Document, size: Size, spec: PlotSpec): SVGElement {
  const { width, height } = size;
  return Plot.plot({ ...MARGINS, ...spec, width, height, document }) as unknown as SVGElement;
}

/** Text with a white halo, which stays legible over lines. */
export function label(
  text: string,
  at: readonly [number, number],
  options: Pick<Plot.TextOptions, 'dx' | 'dy' | 'textAnchor' | 'fill' | 'fontWeight' | 'fontSize'> = {},
): Plot.Markish {
  return Plot.text([at], { text: () => text, fontSize: 12, stroke: 'white', strokeWidth: 4, ...options });
}
