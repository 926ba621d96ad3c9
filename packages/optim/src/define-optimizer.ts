// Turns an update rule into the factory that users call.

import { NetwrightError } from '@netwright/ir';
import type { Curvature } from './curvature.ts';
import type { CurvatureKind, Optimizer, OptimizerOptions, OptimizerRule, UpdateContext } from './optimizer.ts';

/** Widens literal defaults, so that `lr: 0.1` is assignable where the default was `0.01`. */
type Widen<O extends OptimizerOptions> = {
  readonly [K in keyof O]: O[K] extends number ? number : O[K] extends boolean ? boolean : O[K];
};

/**
 * Declares an optimizer. The result is its factory: `momentum({ lr: 0.1 })`.
 *
 * @throws NetwrightError `optimizer.options` from the factory for an unknown option, a value of the wrong type, or a number that is not finite.
 */
export function defineOptimizer<const O extends OptimizerOptions, C extends CurvatureKind = never>(
  rule: OptimizerRule<Widen<O>, C> & { readonly options: O },
): (options?: Partial<Widen<O>>) => Optimizer {
  return (given = {}) => {
    checkOptions(rule.name, rule.options, given);
    const options = { ...rule.options, ...given } as Widen<O>;
    rule.check?.(options);
    const structural: readonly string[] = rule.structural ?? [];
    const hyper = Object.fromEntries(
      Object.entries(options).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number' && !structural.includes(entry[0]),
      ),
    );
    // The numeric options of a generic `O` and the curvature are all there, but only at run time.
    type Context = UpdateContext<Widen<O>> & Pick<Curvature, C>;
    const complete = (context: object): Context => ({ ...context, options }) as Context;
    const { gradientAt, needs } = rule;
    return {
      name: rule.name,
      options,
      hyper,
      state: rule.state?.(options) ?? {},
      ...(rule.scalars === undefined ? {} : { scalars: rule.scalars(options) }),
      ...(needs === undefined ? {} : { needs }),
      update: (context) => rule.update(complete(context)),
      ...(gradientAt === undefined ? {} : { gradientAt: (context) => gradientAt(complete(context)) }),
    };
  };
}

function checkOptions(name: string, defaults: OptimizerOptions, given: Readonly<Record<string, unknown>>): void {
  const reasons = Object.entries(given).flatMap(([key, value]) => {
    if (!Object.hasOwn(defaults, key)) return [`there is no option ${key}`];
    if (value === undefined) return [`${key} is undefined; leave it out for the default`];
    if (typeof value !== typeof defaults[key]) return [`${key} must be a ${typeof defaults[key]}`];
    return typeof value === 'number' && !Number.isFinite(value) ? [`${key} must be finite`] : [];
  });
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'optimizer.options',
    operation: name,
    expected: `options among ${Object.keys(defaults).join(', ')}`,
    received: JSON.stringify(given),
    reasons,
  });
}
