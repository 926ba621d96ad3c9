// What one update of every parameter costs in memory traffic: each array is read once and written once.

import { describe, expect, it } from 'vitest';
import { resnet } from '@netwright/arch-resnet';
import { compileKernels, type Kernel, type KernelProgram } from '@netwright/compiler';
import { loadsOf } from '@netwright/compiler/kernels';
import { GraphBuilder, tensorType, type Graph } from '@netwright/ir';
import { applyOptimizer, hyperInputs, type Optimizer } from '@netwright/optim';
import { adamw } from '@netwright/optim-adamw';
import { nadam } from '@netwright/optim-nadam';
import { nesterov } from '@netwright/optim-nesterov';

/** The update alone, of every parameter of a model, behind a gate as in training; gradients are inputs. */
function updateOf(model: Graph, optimizer: Optimizer): Graph {
  const builder = new GraphBuilder();
  const grads = Object.fromEntries(
    Object.entries(model.parameters).map(([name, { type, group }]) => {
      builder.parameter(name, type.shape, { group });
      return [name, builder.input(`grad/${name}`, type)];
    }),
  );
  applyOptimizer(builder, optimizer, {
    grads,
    hyper: hyperInputs(builder, optimizer),
    gate: builder.input('finite', tensorType('bool', [])),
    override: (name): Readonly<Record<string, number>> =>
      model.parameters[name].group === 'noDecay' ? { weightDecay: 0 } : {},
  });
  return builder.finish();
}

interface Traffic {
  /** Bytes that kernels read and write in arrays: for each iteration, every load of another element and every store. */
  readonly read: number;
  readonly written: number;
}

/** Scalars stay in registers, so that arrays are counted only. */
function trafficOf({ kernels, buffers }: KernelProgram): Traffic {
  const isArray = (buffer: number): boolean => buffers[buffer].shape.length > 0;
  const sum = (count: (kernel: Kernel) => number): number =>
    kernels.reduce((total, kernel) => {
      const iterations = [...kernel.axes, ...kernel.reductionAxes].reduce((product, { extent }) => product * extent, 1);
      return total + 4 * iterations * count(kernel);
    }, 0);
  const loads = ({ outputs }: Kernel): number =>
    new Set(
      outputs
        .flatMap(({ value }) => loadsOf(value))
        .filter(({ buffer }) => isArray(buffer))
        .map(({ buffer, index }) => JSON.stringify([buffer, index])),
    ).size;
  return {
    read: sum(loads),
    written: sum(({ outputs }) => outputs.filter(({ buffer }) => isArray(buffer)).length),
  };
}

describe('the update of ResNet-50', () => {
  const model = resnet('resnet50', {}).build();
  const elements = 25_557_032;

  it.each<[string, Optimizer, number]>([
    ['nesterov', nesterov(), 1],
    ['adamw', adamw(), 2],
    ['adamw with amsgrad', adamw({ amsgrad: true }), 3],
    ['nadam', nadam(), 2],
  ])('%s reads parameter, gradient and state once and writes parameter and state once', (_, optimizer, slots) => {
    const { program, plan } = compileKernels(updateOf(model, optimizer), { dims: {} });
    expect(trafficOf(program)).toEqual({ read: 4 * elements * (2 + slots), written: 4 * elements * (1 + slots) });
    const temporaries = program.buffers.filter(({ role, shape }) => role.kind === 'temporary' && shape.length > 0);
    expect(temporaries).toEqual([]);
    const persistent = program.buffers.filter(({ role, shape }) => role.kind === 'persistent' && shape.length > 0);
    expect(persistent.length).toBe(Object.keys(model.parameters).length * (1 + slots));
    // Gradients come in through the arena; nothing else takes room there but scalars.
    const gradients = Object.values(model.parameters).length * plan.alignment + 4 * elements;
    expect(plan.arenaBytes).toBeLessThan(gradients + 1024 * plan.alignment);
  });
});
