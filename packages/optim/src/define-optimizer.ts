// Turns an update rule into the factory that users call.

import { NetwrightError } from '@netwright/ir';
import type { HyperName, Optimizer, OptimizerOptions, OptimizerRule, UpdateContext } from './optimizer.ts';

/** Widens literal defaults, so that `lr: 0.1` is assignable where the default was `0.01`. */
type Widen<O extends OptimizerOptions> = {
  readonly [K in keyof O]: O[K] extends number ? number : O[K] extends boolean ? boolean : O[K];
};

/**
 * Declares an optimizer. The result is its factory: `momentum({ lr: 0.1 })`.
 *
 * @throws NetwrightError `optimizer.options` from the factory for an unknown option, a value of the wrong type, or a number that is not finite.
 */
export function defineOptimizer<const O extends OptimizerOptions>(
  rule: OptimizerRule<Widen<O>> & { readonly options: O },
): (options?: Partial<Widen<O>>) => Optimizer {
  return (given = {}) => {
    checkOptions(rule.name, rule.options, given);
    const options = { ...rule.options, ...given } as Widen<O>;
    rule.check?.(options);
    const hyper = Object.fromEntries(
      Object.entries(options).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
    // The numeric options of a generic `O` are all there, but only at run time.
    const complete = (context: object): UpdateContext<Widen<O>> => ({ ...context, options }) as UpdateContext<Widen<O>>;
    const { gradientAt } = rule;
    return {
      name: rule.name,
      options,
      hyper,
      state: rule.state?.(options) ?? {},
      update: (context) => rule.update(complete(context)),
      ...(gradientAt === undefined ? {} : { gradientAt: (context) => gradientAt(complete(context)) }),
    };
  };
}

/** Names of an optimizer's numeric options. */
export type { HyperName };

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
