// One colour for each optimizer, the same in every picture.

export const COLORS = {
  sgd: '#1f6feb',
  momentum: '#d1510a',
  nesterov: '#8250df',
  adagrad: '#bf3989',
  rmsprop: '#1a7f37',
  adam: '#cf222e',
  newton: '#24292f',
  newtonCg: '#9a6700',
} as const;

export const INK = '#24292f';
export const MUTED = '#57606a';
