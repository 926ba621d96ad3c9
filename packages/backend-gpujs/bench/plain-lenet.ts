// A training step of LeNet-5 in plain loops over arrays in single precision: convolutions pad into a copy, so that the inner loops have no conditions.

export const LENET = {
  c1: [6, 1, 5, 5],
  c1b: [6],
  c2: [16, 6, 5, 5],
  c2b: [16],
  f1: [120, 400],
  f1b: [120],
  f2: [84, 120],
  f2b: [84],
  f3: [10, 84],
  f3b: [10],
} as const;

/** Channels and side of the images of one layer. */
interface Images {
  readonly channels: number;
  readonly side: number;
}

function pad(x: Float32Array, { channels, side }: Images, by: number): Float32Array {
  const wide = side + 2 * by;
  const padded = new Float32Array(channels * wide * wide);
  for (let row = 0; row < channels * side; row++) {
    const at = (Math.floor(row / side) * wide + (row % side) + by) * wide + by;
    padded.set(x.subarray(row * side, row * side + side), at);
  }
  return padded;
}

/** Calls `visit` for each weight with the offset in the input of the window's first element. */
function eachWeight(from: Images, to: Images, visit: (weight: number, channel: number, offset: number) => void): void {
  for (let c = 0; c < to.channels; c++)
    for (let i = 0; i < from.channels; i++)
      for (let ky = 0; ky < 5; ky++)
        for (let kx = 0; kx < 5; kx++)
          visit(((c * from.channels + i) * 5 + ky) * 5 + kx, c, (i * from.side + ky) * from.side + kx);
}

function convolve(x: Float32Array, w: Float32Array, bias: Float32Array, from: Images, to: Images): Float32Array {
  const y = new Float32Array(to.channels * to.side * to.side);
  for (let c = 0; c < to.channels; c++) y.fill(bias[c], c * to.side * to.side, (c + 1) * to.side * to.side);
  eachWeight(from, to, (weight, channel, offset) => {
    const factor = w[weight];
    for (let row = 0; row < to.side; row++) {
      const [out, at] = [(channel * to.side + row) * to.side, offset + row * from.side];
      for (let column = 0; column < to.side; column++) y[out + column] += factor * x[at + column];
    }
  });
  return y;
}

/** Adds the gradients of weights and bias; gives that of the input where it is wanted. */
function convolveBack(
  x: Float32Array,
  w: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
  db: Float32Array,
  from: Images,
  to: Images,
  wantsInput: boolean,
): Float32Array {
  const dx = new Float32Array(wantsInput ? x.length : 0);
  const size = to.side * to.side;
  for (let at = 0; at < dy.length; at++) db[Math.floor(at / size)] += dy[at];
  eachWeight(from, to, (weight, channel, offset) => {
    let sum = 0;
    const factor = w[weight];
    for (let row = 0; row < to.side; row++) {
      const [out, at] = [(channel * to.side + row) * to.side, offset + row * from.side];
      for (let column = 0; column < to.side; column++) {
        sum += dy[out + column] * x[at + column];
        if (wantsInput) dx[at + column] += dy[out + column] * factor;
      }
    }
    dw[weight] += sum;
  });
  return dx;
}

/** Halves the sides, after cutting off what is negative; `from` remembers the positions of the maxima. */
function reluPool(y: Float32Array, { channels, side }: Images, from: Int32Array): Float32Array {
  const half = side / 2;
  const pooled = new Float32Array(channels * half * half);
  for (let at = 0; at < pooled.length; at++) {
    const [row, column] = [Math.floor(at / half), at % half];
    const first = 2 * row * side + 2 * column;
    let best = first;
    for (const other of [first + 1, first + side, first + side + 1]) if (y[other] > y[best]) best = other;
    pooled[at] = Math.max(0, y[best]);
    from[at] = y[best] > 0 ? best : -1;
  }
  return pooled;
}

function unpool(dpooled: Float32Array, from: Int32Array, size: number): Float32Array {
  const dy = new Float32Array(size);
  from.forEach((position, at) => {
    if (position >= 0) dy[position] += dpooled[at];
  });
  return dy;
}

function dense(x: Float32Array, w: Float32Array, bias: Float32Array, isLast: boolean): Float32Array {
  return bias.map((start, row) => {
    let sum = start;
    for (let i = 0; i < x.length; i++) sum += w[row * x.length + i] * x[i];
    return isLast ? sum : Math.max(0, sum);
  });
}

function denseBack(
  x: Float32Array,
  w: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
  db: Float32Array,
): Float32Array {
  const dx = new Float32Array(x.length);
  for (let row = 0; row < dy.length; row++) {
    const slope = dy[row];
    db[row] += slope;
    for (let i = 0; i < x.length; i++) {
      dw[row * x.length + i] += slope * x[i];
      dx[i] += slope * w[row * x.length + i];
    }
  }
  return dx.map((value, i) => (x[i] > 0 ? value : 0));
}

const [INPUT, FIRST, HALF, SECOND] = [
  { channels: 1, side: 32 },
  { channels: 6, side: 28 },
  { channels: 6, side: 14 },
  { channels: 16, side: 10 },
];

/** A step of plain descent; each call gives the mean loss before it. */
export function lenetStep(
  start: readonly Float32Array[],
  images: Float32Array,
  targets: Int32Array,
  rate: number,
): () => number {
  const parameters = start.map((one) => one.slice());
  const [c1, c1b, c2, c2b, f1, f1b, f2, f2b, f3, f3b] = parameters;
  return () => {
    const grads = parameters.map((one) => new Float32Array(one.length));
    const [dc1, dc1b, dc2, dc2b, df1, df1b, df2, df2b, df3, df3b] = grads;
    let loss = 0;
    for (let n = 0; n < targets.length; n++) {
      const image = pad(images.subarray(n * 784, n * 784 + 784), { channels: 1, side: 28 }, 2);
      const [from1, from2] = [new Int32Array(6 * 14 * 14), new Int32Array(400)];
      const half = reluPool(convolve(image, c1, c1b, INPUT, FIRST), FIRST, from1);
      const flat = reluPool(convolve(half, c2, c2b, HALF, SECOND), SECOND, from2);
      const wide = dense(flat, f1, f1b, false);
      const narrow = dense(wide, f2, f2b, false);
      const logits = dense(narrow, f3, f3b, true);
      const most = Math.max(...logits);
      const total = logits.reduce((sum, value) => sum + Math.exp(value - most), 0);
      loss += Math.log(total) + most - logits[targets[n]];
      const slope = logits.map(
        (value, at) => (Math.exp(value - most) / total - (at === targets[n] ? 1 : 0)) / targets.length,
      );
      const dnarrow = denseBack(narrow, f3, slope, df3, df3b);
      const dwide = denseBack(wide, f2, dnarrow, df2, df2b);
      const dflat = denseBack(flat, f1, dwide, df1, df1b);
      const dsecond = unpool(dflat, from2, 1600);
      const dhalf = convolveBack(half, c2, dsecond, dc2, dc2b, HALF, SECOND, true);
      convolveBack(image, c1, unpool(dhalf, from1, 6 * 28 * 28), dc1, dc1b, INPUT, FIRST, false);
    }
    parameters.forEach((one, at) => {
      for (let i = 0; i < one.length; i++) one[i] -= rate * grads[at][i];
    });
    return loss / targets.length;
  };
}
