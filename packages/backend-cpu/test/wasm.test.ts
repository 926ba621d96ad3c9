import { describe, expect, test } from 'vitest';

import { pushSigned32, pushSigned64, pushUnsigned } from '../src/wasm/encoding.ts';
import { FunctionBuilder } from '../src/wasm/function-builder.ts';
import { ModuleBuilder } from '../src/wasm/module-builder.ts';
import { laneMemoryOpcodes, vectorOpcodes, type VectorOpcode } from '../src/wasm/opcodes.ts';

function encoded(push: (out: number[]) => void): number[] {
  const out: number[] = [];
  push(out);
  return out;
}

// Values and bytes of the LEB128 examples of the DWARF 4 standard, section 7.6.
describe('LEB128', () => {
  test.each([
    [2, [2]],
    [127, [127]],
    [128, [0x80, 1]],
    [129, [0x81, 1]],
    [12857, [0xb9, 100]],
  ] as const)('unsigned %i', (value, bytes) => {
    expect(encoded((out) => pushUnsigned(out, value))).toEqual(bytes);
  });
  test.each([
    [2, [2]],
    [-2, [0x7e]],
    [127, [0xff, 0]],
    [-127, [0x81, 0x7f]],
    [128, [0x80, 1]],
    [-128, [0x80, 0x7f]],
    [-129, [0xff, 0x7e]],
  ] as const)('signed %i', (value, bytes) => {
    expect(encoded((out) => pushSigned32(out, value))).toEqual(bytes);
    expect(encoded((out) => pushSigned64(out, BigInt(value)))).toEqual(bytes);
  });
});

const memory = { module: 'env', name: 'memory', minimum: 1, maximum: 1, shared: false };

describe('modules', () => {
  test('control flow and locals run', () => {
    const module = new ModuleBuilder(memory);
    const fb = new FunctionBuilder({ params: ['i32'], results: ['i32'] });
    const [n] = fb.params;
    if (n === undefined) throw new Error('no parameter');
    const sum = fb.local('i32');
    fb.block((exit) => {
      fb.loop((again) => {
        fb.get(n);
        fb.op('i32.eqz');
        fb.brIf(exit);
        fb.get(sum);
        fb.get(n);
        fb.op('i32.add');
        fb.set(sum);
        fb.get(n);
        fb.i32(1);
        fb.op('i32.sub');
        fb.set(n);
        fb.br(again);
      });
    });
    fb.get(sum);
    module.addFunction(fb, 'triangle');
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
      env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) },
    });
    expect((exports['triangle'] as (n: number) => number)(100)).toBe(5050);
  });

  test('a released local is used again', () => {
    const fb = new FunctionBuilder({ params: [], results: [] });
    const first = fb.local('v128');
    fb.release(first);
    expect(fb.local('v128')).toBe(first);
    expect(fb.local('i32')).not.toBe(first);
  });

  test.each(Object.keys(vectorOpcodes) as VectorOpcode[])('%s is a valid instruction', (name) => {
    const unary = /splat|extend|\.not$|any_true|abs|neg|sqrt|floor|nearest|promote|demote|trunc_sat|convert/.test(name);
    const fb = new FunctionBuilder({ params: [], results: [] });
    if (name === 'i32x4.splat') fb.i32(1);
    else if (name === 'f32x4.splat') {
      fb.f32x4(1);
      fb.lane('f32x4.extract_lane', 0);
    } else if (name === 'f64x2.splat') {
      fb.f32x4(1);
      fb.lane('f32x4.extract_lane', 0);
      fb.op('f64.promote_f32');
    } else fb.f32x4(1);
    if (/sh[lr]/.test(name)) fb.i32(3);
    else if (!unary) fb.f32x4(2);
    if (name === 'v128.bitselect') fb.f32x4(3);
    fb.op(name);
    fb.op('drop');
    const module = new ModuleBuilder(memory);
    module.addFunction(fb);
    expect(WebAssembly.validate(module.finish())).toBe(true);
  });

  test.each(Object.keys(laneMemoryOpcodes) as (keyof typeof laneMemoryOpcodes)[])(
    '%s is a valid instruction',
    (name) => {
      const fb = new FunctionBuilder({ params: [], results: [] });
      fb.i32(64);
      fb.f32x4(1);
      fb.laneMemory(name, 1, 300);
      if (name === 'v128.load32_lane') fb.op('drop');
      const module = new ModuleBuilder(memory);
      module.addFunction(fb);
      expect(WebAssembly.validate(module.finish())).toBe(true);
    },
  );
});
