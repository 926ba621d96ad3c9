// Eigenvalues of a small symmetric tridiagonal matrix, in plain numbers: bisection on counts of negative pivots.

/**
 * Eigenvalues in rising order, to about the last place of the largest. Barth, Martin and Wilkinson, _Calculation of the eigenvalues of a symmetric tridiagonal matrix by the
 * method of bisection_, 1967.
 *
 * @param diagonal - m numbers.
 * @param offDiagonal - m - 1 numbers.
 */
export function tridiagonalEigenvalues(diagonal: ArrayLike<number>, offDiagonal: ArrayLike<number>): readonly number[] {
  const size = diagonal.length;
  const beside = (row: number): number => Math.abs(offDiagonal[row] ?? 0);
  const entries = Array.from(diagonal, (value, row) => ({
    value,
    radius: (row === 0 ? 0 : beside(row - 1)) + beside(row),
  }));
  const lowest = Math.min(...entries.map(({ value, radius }) => value - radius));
  const highest = Math.max(...entries.map(({ value, radius }) => value + radius));
  const tiny = Math.max(Math.abs(lowest), Math.abs(highest), Number.MIN_VALUE) * Number.EPSILON ** 2;
  const countBelow = (shift: number): number => {
    let count = 0;
    let pivot = 1;
    for (let row = 0; row < size; row++) {
      pivot = diagonal[row] - shift - (row === 0 ? 0 : offDiagonal[row - 1] ** 2 / pivot);
      if (Math.abs(pivot) < tiny) pivot = -tiny;
      if (pivot < 0) count++;
    }
    return count;
  };
  return Array.from({ length: size }, (_, index) => {
    let [low, high] = [lowest, highest];
    for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
      if (countBelow(middle) > index) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  });
}
