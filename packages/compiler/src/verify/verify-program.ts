// Checks that a kernel program is what every pass, emitter and plan takes it to be.

import { NetwrightError } from '@netwright/ir';
import { loadsOf } from '../kernels/contents.ts';
import { equalIndices } from '../kernels/index-algebra.ts';
import type { BufferDecl, Kernel, KernelProgram } from '../kernels/kernel.ts';
import { ExpressionChecker } from './expression-problems.ts';
import { storeProblems, type Writer } from './store-problems.ts';

/**
 * Checks declarations and storage; element types; that axes are declared and bound; that positions lie in their buffers wherever guards hold, by range
 * analysis; that each element is stored once; that what a kernel reads is complete, and that a buffer which it writes is read at the same element only.
 *
 * @throws NetwrightError `program.invalid` with everything found.
 */
export function verifyProgram(program: KernelProgram): void {
  const problems = programProblems(program);
  if (problems.length === 0) return;
  throw new NetwrightError({
    code: 'program.invalid',
    operation: 'verifyProgram',
    expected: 'a valid kernel program',
    received: `${String(problems.length)} ${problems.length === 1 ? 'problem' : 'problems'}`,
    reasons: problems,
  });
}

function programProblems(program: KernelProgram): readonly string[] {
  const { buffers, kernels } = program;
  const declared = [...buffers.flatMap(bufferProblems), ...kernelNameProblems(kernels)];
  const inner = kernels.flatMap((kernel) =>
    kernelProblems(kernel, buffers).map((problem) => `${kernel.name}: ${problem}`),
  );
  if (declared.length > 0 || inner.length > 0) return [...declared, ...inner];
  return flowProblems(program);
}

function bufferProblems({ id, shape, storage, role }: BufferDecl, at: number): readonly string[] {
  const name = `b${String(at)}`;
  const problems: string[] = [];
  if (id !== at) problems.push(`${name} has the id ${String(id)}`);
  if (shape.some((dim) => !Number.isSafeInteger(dim) || dim < 0))
    return [...problems, `${name} has the shape [${shape.join(', ')}]`];
  const elements = shape.reduce((product, dim) => product * dim, 1);
  const count = role.kind === 'constant' ? role.data.length : elements;
  if (count !== elements && count !== 1)
    problems.push(`${name} has ${String(count)} numbers for ${String(elements)} elements`);
  if (storage.strides.length !== shape.length)
    return [...problems, `${name} has ${String(storage.strides.length)} strides for ${String(shape.length)} axes`];
  if (elements > 0) problems.push(...storageProblems(shape, storage).map((problem) => `${name}: ${problem}`));
  return problems;
}

function storageProblems(
  shape: readonly number[],
  { strides, offset, size }: BufferDecl['storage'],
): readonly string[] {
  const spans = shape.map((dim, axis) => (dim - 1) * strides[axis]);
  const low = spans.reduce((sum, span) => sum + Math.min(span, 0), offset);
  const high = spans.reduce((sum, span) => sum + Math.max(span, 0), offset);
  if (!(low >= 0 && high < size))
    return [`its elements lie from ${String(low)} to ${String(high)} in a storage of ${String(size)}`];
  const steps = shape.map((dim, axis) => ({ dim, step: Math.abs(strides[axis]) })).filter(({ dim }) => dim > 1);
  let reach = 0;
  for (const { dim, step } of steps.sort((a, b) => a.step - b.step)) {
    if (step <= reach) return [`strides [${strides.join(', ')}] place two elements of [${shape.join(', ')}] in one`];
    reach += step * (dim - 1);
  }
  return [];
}

function kernelNameProblems(kernels: readonly Kernel[]): readonly string[] {
  const names = new Set<string>();
  return kernels.flatMap(({ name }) => {
    if (names.has(name)) return [`${name}: another kernel has this name`];
    names.add(name);
    return name === '' ? ['a kernel has no name'] : [];
  });
}

function kernelProblems(kernel: Kernel, buffers: readonly BufferDecl[]): readonly string[] {
  const all = [...kernel.axes, ...kernel.reductionAxes];
  const problems = all.flatMap(({ id, extent }, at) => [
    ...(all.findIndex((other) => other.id === id) === at ? [] : [`axis a${String(id)} is declared twice`]),
    ...(Number.isSafeInteger(extent) && extent >= 1 ? [] : [`axis a${String(id)} has the extent ${String(extent)}`]),
  ]);
  if (kernel.outputs.length === 0) problems.push('it stores nothing');
  const checker = new ExpressionChecker(kernel, buffers);
  for (const { buffer, index, value } of kernel.outputs) checker.output(buffer, index, value);
  return [...problems, ...checker.problems];
}

/** Problems between kernels: what is written, how often, and when it is read. */
function flowProblems({ buffers, kernels }: KernelProgram): readonly string[] {
  const writers = new Map<number, (Writer & { readonly at: number })[]>();
  kernels.forEach((kernel, at) => {
    for (const output of kernel.outputs)
      writers.set(output.buffer, [...(writers.get(output.buffer) ?? []), { kernel, output, at }]);
  });
  const stores = buffers.flatMap((buffer) => {
    const own = writers.get(buffer.id) ?? [];
    const { role } = buffer;
    if (role.kind === 'input' || role.kind === 'constant')
      return own.map(({ kernel }) => `${kernel.name}: it stores to the ${role.kind} b${String(buffer.id)}`);
    return own.length === 0 && role.kind !== 'output' ? [] : storeProblems(buffer, own);
  });
  const reads = kernels.flatMap((kernel, at) =>
    readProblems(kernel, at, buffers, writers).map((problem) => `${kernel.name}: ${problem}`),
  );
  return [...stores, ...reads];
}

function readProblems(
  kernel: Kernel,
  at: number,
  buffers: readonly BufferDecl[],
  writers: ReadonlyMap<number, readonly (Writer & { readonly at: number })[]>,
): readonly string[] {
  const problems = new Set<string>();
  for (const { value } of kernel.outputs) {
    for (const { buffer, index } of loadsOf(value)) {
      const own = writers.get(buffer) ?? [];
      const isOld = buffers[buffer].role.kind === 'persistent';
      const self = own.filter((writer) => writer.at === at);
      if (self.length > 0) {
        const { shape } = buffers[buffer];
        const isSame = self.every(({ output }) =>
          output.index.every((one, axis) => shape[axis] === 1 || equalIndices(one, index[axis])),
        );
        if (!isOld) problems.add(`it reads b${String(buffer)}, which it writes`);
        else if (!isSame) problems.add(`it reads other elements of b${String(buffer)} than it writes`);
      } else if (isOld && own.some((writer) => writer.at < at) && own.some((writer) => writer.at > at))
        problems.add(`it reads b${String(buffer)} while its new value is being stored`);
      else if (!isOld && own.some((writer) => writer.at > at))
        problems.add(`it reads b${String(buffer)} before all of it is stored`);
      else if (
        !isOld &&
        own.length === 0 &&
        ['temporary', 'output'].includes(buffers[buffer].role.kind) &&
        hasElements(buffers[buffer])
      ) {
        problems.add(`it reads b${String(buffer)}, which nothing stores`);
      }
    }
  }
  return [...problems];
}

function hasElements({ shape }: BufferDecl): boolean {
  return shape.every((dim) => dim > 0);
}
