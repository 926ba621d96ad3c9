// Window geometry that convolutions and pools share: options as users write them, output sizes, and the taps that fall inside.

import type { Pair, Padding } from './attributes.ts';

export type PairOption = number | Pair;
/** One number for all sides, `[vertical, horizontal]`, or `[top, left, bottom, right]`. */
export type PaddingOption = number | Pair | Padding;

export function pairOf(option: PairOption): Pair {
  return typeof option === 'number' ? [option, option] : option;
}

/** `'same'` gives ceil(input / stride) rows and columns, with the odd one of the padding at the bottom and right. */
export type ConvPaddingOption = PaddingOption | 'same';

export function paddingOf(option: PaddingOption): Padding {
  if (typeof option === 'number') return [option, option, option, option];
  return option.length === 2 ? [option[0], option[1], option[0], option[1]] : option;
}

export interface WindowAttrs {
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
}

/** The padding that `'same'` stands for. */
export function samePadding(input: Pair, kernel: Pair, { stride, dilation }: Omit<WindowAttrs, 'padding'>): Padding {
  const along = (axis: 0 | 1): Pair => {
    const span = (Math.ceil(input[axis] / stride[axis]) - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1;
    const total = Math.max(span - input[axis], 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  const [[top, bottom], [left, right]] = [along(0), along(1)];
  return [top, left, bottom, right];
}

/** `[height, width]` of a window operation's result; with `ceilMode` a last window may overhang but must start inside the input or its left padding. */
export function windowOutputSize(
  input: Pair,
  kernel: Pair,
  { stride, padding, dilation }: WindowAttrs,
  ceilMode = false,
): Pair {
  const along = (axis: 0 | 1): number => {
    const [before, after] = [padding[axis], padding[axis + 2]];
    const span = input[axis] + before + after - dilation[axis] * (kernel[axis] - 1) - 1;
    if (!ceilMode) return Math.floor(span / stride[axis]) + 1;
    const count = Math.ceil(span / stride[axis]) + 1;
    return (count - 1) * stride[axis] >= input[axis] + before ? count - 1 : count;
  };
  return [along(0), along(1)];
}

/** Calls `visit(row, column, tap)` for each tap of the window of output (y, x) that lies inside the input, in row-major order. */
export function visitTaps(
  [height, width]: Pair,
  [kernelHeight, kernelWidth]: Pair,
  { stride, padding, dilation }: WindowAttrs,
  y: number,
  x: number,
  visit: (row: number, column: number, tap: number) => void,
): void {
  for (let kh = 0; kh < kernelHeight; kh++) {
    const row = y * stride[0] - padding[0] + kh * dilation[0];
    if (row < 0 || row >= height) continue;
    for (let kw = 0; kw < kernelWidth; kw++) {
      const column = x * stride[1] - padding[1] + kw * dilation[1];
      if (column >= 0 && column < width) visit(row, column, kh * kernelWidth + kw);
    }
  }
}
