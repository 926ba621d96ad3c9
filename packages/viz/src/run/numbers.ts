// Plain numbers in and out of a backend.

import type { Backend, TensorData } from '@netwright/compiler';

export function tensorData(values: readonly number[], shape: readonly number[], { capabilities }: Backend): TensorData {
  const data = capabilities.precision === 'f64' ? Float64Array.from(values) : Float32Array.from(values);
  return { dtype: 'f32', shape: [...shape], data };
}
