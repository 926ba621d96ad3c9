import type { Dim } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import { normalizeAxis } from '../ops/axes.ts';
import { slice } from '../ops/slice.ts';
import type { Tensor } from '../tensor.ts';
import { formatType } from '../tensor-type.ts';

/**
 * Cuts a tensor into consecutive parts along `axis` (default 0), which has no symbolic length, as `torch.split`.
 *
 * @param sizes - length of each part, together the axis's length; one number makes parts of that length, the last one shorter.
 *   Errors: `split.axis`, `split.sizes`.
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): readonly Tensor[] {
  const at = normalizeAxis('split', x, axis);
  const dim = x.shape[at];
  const lengths = typeof sizes === 'number' ? equalLengths(dim, sizes) : sizes;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== dim || !lengths.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new NetwrightError({
      code: 'split.sizes',
      operation: 'split',
      scope: x.builder.scope,
      expected: `lengths that add up to axis ${String(at)} of ${formatType(x.type)}`,
      received: typeof sizes === 'number' ? String(sizes) : `[${sizes.join(', ')}]`,
    });
  }
  let end = 0;
  return lengths.map((length) => {
    const start = end;
    end += length;
    return slice(x, { axes: [at], starts: [start], ends: [end] });
  });
}

/**
 * Cuts a tensor into `chunks` parts of equal length along `axis` (default 0), the last one shorter, as `torch.chunk`: fewer
 * parts where the axis has too few elements. Errors: `chunk.axis`, `chunk.chunks`.
 */
export function chunk(x: Tensor, chunks: number, axis = 0): readonly Tensor[] {
  const at = normalizeAxis('chunk', x, axis);
  const dim = x.shape[at];
  if (typeof dim === 'number' && Number.isInteger(chunks) && chunks >= 1) return split(x, Math.ceil(dim / chunks), at);
  throw new NetwrightError({
    code: 'chunk.chunks',
    operation: 'chunk',
    scope: x.builder.scope,
    expected: 'at least 1 chunk of an axis without symbolic length',
    received: `${String(chunks)} of axis ${String(at)} of ${formatType(x.type)}`,
  });
}

/** No lengths, which add up to nothing, where there is no such division. */
function equalLengths(dim: Dim, length: number): readonly number[] {
  if (typeof dim !== 'number' || !(length >= 1)) return [];
  return Array.from({ length: Math.ceil(dim / length) }, (_, i) => Math.min(length, dim - i * length));
}
