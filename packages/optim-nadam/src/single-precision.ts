import { add, cast, div, floor, ge, log, maximum, mul, pow, sub, type Tensor } from '@netwright/ir';

/** `x`, between 0 and 1, to the 24 significant bits of a single-precision number, in any precision of the backend. */
export function roundToSingle(x: Tensor): Tensor {
  const exponent = floor(div(log(maximum(x, 1e-30)), Math.LN2));
  const scale = pow(2, sub(23, exponent));
  const scaled = mul(x, scale);
  const whole = floor(scaled);
  return div(add(whole, cast(ge(sub(scaled, whole), 0.5), 'f32')), scale);
}
