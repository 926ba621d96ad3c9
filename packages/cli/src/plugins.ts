// The plugins that the command line knows by name: the built-in ones and those of `netwright.config.ts`.

import type { Architecture, Model } from '@netwright/arch';
import { alexnet } from '@netwright/arch-alexnet';
import { densenet } from '@netwright/arch-densenet';
import { efficientnet } from '@netwright/arch-efficientnet';
import { inception } from '@netwright/arch-inception';
import { inceptionResNet } from '@netwright/arch-inception-resnet';
import { lenet } from '@netwright/arch-lenet';
import { mobilenet } from '@netwright/arch-mobilenet';
import { regnet } from '@netwright/arch-regnet';
import { resnet } from '@netwright/arch-resnet';
import { resnext } from '@netwright/arch-resnext';
import { senet } from '@netwright/arch-senet';
import { vgg } from '@netwright/arch-vgg';
import { vit } from '@netwright/arch-vit';
import { wideResnet } from '@netwright/arch-wide-resnet';
import { zfnet } from '@netwright/arch-zfnet';
import { cpu } from '@netwright/backend-cpu';
import { gpujs } from '@netwright/backend-gpujs';
import { reference } from '@netwright/backend-reference';
import type { Backend } from '@netwright/compiler';
import type { DataSource } from '@netwright/data';
import { imageFolder } from '@netwright/data-images';
import { fashionMnist, mnist } from '@netwright/data-mnist';
import { NetwrightError } from '@netwright/ir';
import {
  constantLr,
  cosine,
  cosineWarmRestarts,
  cyclic,
  exponentialLr,
  multiStepLr,
  oneCycle,
  polynomialLr,
  reduceOnPlateau,
  stepLr,
  type Optimizer,
  type Schedule,
} from '@netwright/optim';
import { adadelta } from '@netwright/optim-adadelta';
import { adagrad } from '@netwright/optim-adagrad';
import { adam } from '@netwright/optim-adam';
import { adamax } from '@netwright/optim-adamax';
import { adamw } from '@netwright/optim-adamw';
import { momentum } from '@netwright/optim-momentum';
import { nadam } from '@netwright/optim-nadam';
import { nesterov } from '@netwright/optim-nesterov';
import { newton, newtonCg } from '@netwright/optim-newton';
import { rmsprop } from '@netwright/optim-rmsprop';
import { sgd } from '@netwright/optim-sgd';
import { closest } from './closest.ts';
import type { Spec } from './spec.ts';

/** Makes a plugin from the options of its spec; the factory checks them. */
export type Factory<T> = (options: never) => T;

/** Everything that the command line can name, by kind; the configuration file adds its own. */
export interface Plugins {
  readonly architectures: readonly Architecture[];
  readonly backends: Readonly<Record<string, Factory<Backend>>>;
  readonly optimizers: Readonly<Record<string, Factory<Optimizer>>>;
  readonly schedules: Readonly<Record<string, Factory<Schedule>>>;
  readonly datasets: Readonly<Record<string, Factory<DataSource>>>;
}

/** The plugins that need no configuration file, under their names on the command line. */
export const BUILT_IN: Plugins = {
  architectures: [
    resnet,
    resnext,
    senet,
    wideResnet,
    vgg,
    alexnet,
    zfnet,
    vit,
    lenet,
    densenet,
    inception,
    inceptionResNet,
    mobilenet,
    efficientnet,
    regnet,
  ],
  backends: { cpu, gpujs, reference },
  optimizers: { adadelta, adagrad, adam, adamax, adamw, momentum, nadam, nesterov, newton, newtonCg, rmsprop, sgd },
  schedules: {
    constant: constantLr,
    cosine,
    cosineWarmRestarts,
    cyclic,
    exponential: exponentialLr,
    multiStep: multiStepLr,
    oneCycle,
    polynomial: polynomialLr,
    reduceOnPlateau,
    step: stepLr,
  },
  datasets: { mnist, fashionMnist, images: imageFolder },
};

/** `more` added to `plugins`; of two with one name the later one counts. */
export function mergePlugins(plugins: Plugins, more: Partial<Plugins>): Plugins {
  return {
    architectures: [...(more.architectures ?? []), ...plugins.architectures],
    backends: { ...plugins.backends, ...more.backends },
    optimizers: { ...plugins.optimizers, ...more.optimizers },
    schedules: { ...plugins.schedules, ...more.schedules },
    datasets: { ...plugins.datasets, ...more.datasets },
  };
}

/**
 * The plugin that a spec names, made with its options.
 *
 * @throws NetwrightError `cli.name` for an unknown name, with the nearest known one.
 */
export function create<T>(kind: string, factories: Readonly<Record<string, Factory<T>>>, { name, options }: Spec): T {
  if (!Object.hasOwn(factories, name)) throw unknownName(kind, name, Object.keys(factories));
  const factory = factories[name] as unknown as (options: Spec['options']) => T;
  return factory(options);
}

/** The model of the given name, from whichever family has it. */
export function createModel(architectures: readonly Architecture[], { name, options }: Spec): Model {
  return findArchitecture(architectures, name)(name, options);
}

/**
 * The family that has a variant of that name.
 *
 * @throws NetwrightError `cli.name` for an unknown name, with the nearest known one.
 */
export function findArchitecture(architectures: readonly Architecture[], name: string): Architecture {
  const family = architectures.find((architecture) => architecture.has(name));
  if (family !== undefined) return family;
  throw unknownName(
    'model',
    name,
    architectures.flatMap(({ variants }) => variants),
  );
}

function unknownName(kind: string, name: string, known: readonly string[]): NetwrightError {
  const nearest = closest(name, known);
  return new NetwrightError({
    code: 'cli.name',
    operation: kind,
    expected: `one of ${known.join(', ')}`,
    received: name,
    hint: nearest === undefined ? `netwright list shows every ${kind}` : `did you mean ${nearest}?`,
  });
}
