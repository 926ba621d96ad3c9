// A C program that runs kernels on buffers of their own, each as short as the heap would make it, under a sanitizer.

import type { KernelProgram } from '@netwright/compiler';

import { prepareKernel } from '../../src/generate/kernel-module.ts';
import { storedBytes } from '../../src/generate/lowered.ts';
import { emitUnits } from '../../src/native/emit-units.ts';
import { nativeTuning } from '../../src/native/native-tuning.ts';

/** Vectors at the end of a buffer may read this far, and write nothing. */
const slack = 64;

/** `missing` bytes are taken from the end of the first output, to see that the sanitizer notices. */
export function sanitizedSource(program: KernelProgram, lanes: number, missing = 0): string {
  const prepared = program.kernels.map((kernel) => prepareKernel(kernel, program.buffers, nativeTuning(lanes)));
  const [unit] = emitUnits(prepared, lanes, 1);
  const output = program.kernels[0]?.outputs[0]?.buffer;
  const buffers = program.buffers.map(({ storage, dtype }, id) => {
    const bytes = storage.size * storedBytes[dtype];
    const room = id === output && missing > 0 ? bytes - missing : bytes + slack;
    const name = `b${String(id)}`;
    const fill =
      dtype === 'f32'
        ? `for (long i = 0; i < ${String(Math.floor(room / 4))}; i++) ((float *)${name})[i] = (float)(i * 7919 % 1000) / 500 - 1;`
        : `memset(${name}, 0, ${String(room)});`;
    return {
      allocate: `char *${name} = malloc(${String(room)}); ${fill}${missing > 0 ? '' : ` memset(${name} + ${String(bytes)}, 0x5a, ${String(slack)});`}`,
      check: `for (int i = 0; i < ${String(missing > 0 ? 0 : slack)}; i++) if (${name}[${String(bytes)} + i] != 0x5a) { puts("written beyond ${name}"); return 1; }`,
    };
  });
  const runs = prepared.map(({ lowered, iterations }, i) => {
    const slots = lowered.buffers.map((buffer) => `b${String(buffer)}`).join(', ');
    // In three parts, as three threads would.
    return [0, 1, 2].map((part) => {
      const [begin, end] = [part, part + 1].map((p) => Math.floor((iterations * p) / 3));
      return `{ char *slots[] = {${slots}}; k${String(i)}(slots, ${String(begin)}, ${String(end)}); }`;
    });
  });
  return `${unit?.source ?? ''}
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
${buffers.map(({ allocate }) => allocate).join('\n')}
${runs.flat().join('\n')}
${buffers.map(({ check }) => check).join('\n')}
puts("ran ${String(prepared.length)}");
return 0;
}
`;
}
