import { tensorDataset, type Dataset } from '@netwright/data';

/** Images of 8 x 8 in three kinds of stripes (rows, columns, diagonals) under noise; the class is the kind. */
export function stripes(count: number): Dataset {
  let random = 1;
  const noise = (): number => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 2 ** 32 - 0.5;
  };
  const labels = Int32Array.from({ length: count }, (_, n) => n % 3);
  const images = Float32Array.from({ length: count * 64 }, (_, at) => {
    const [y, x] = [(at >> 3) & 7, at & 7];
    return ([y, x, x + y][labels[at >> 6]] % 2) + noise() / 2;
  });
  return tensorDataset({
    name: 'stripes',
    images,
    labels,
    shape: [1, 8, 8],
    classes: ['rows', 'columns', 'diagonals'],
  });
}
