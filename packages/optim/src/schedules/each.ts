import { NetwrightError } from '@netwright/ir';
import type { Schedule, ScheduleState } from './schedule.ts';

/**
 * A schedule for each of several hyper-parameters: `each({ lr: cosine(), momentum: polynomialLr({ power: 2 }) })`. What a schedule calls its learning rate is
 * here the value of the hyper-parameter, and its base rate the optimizer's value.
 *
 * @throws NetwrightError `each.hyper` at the first step, when the optimizer has no hyper-parameter of a given name.
 */
export function each(schedules: Readonly<Record<string, Schedule>>): Schedule {
  const entries = Object.entries(schedules);
  const part = (state: ScheduleState, name: string): ScheduleState =>
    Object.fromEntries(
      Object.entries(state).flatMap(([key, value]) =>
        key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value]] : [],
      ),
    );
  const join = (stateOf: (name: string, schedule: Schedule) => ScheduleState): ScheduleState =>
    Object.fromEntries(
      entries.flatMap(([name, schedule]) =>
        Object.entries(stateOf(name, schedule)).map(([key, value]) => [`${name}.${key}`, value]),
      ),
    );
  return {
    name: 'each',
    options: Object.fromEntries(entries.map(([name, { name: kind, options = {} }]) => [name, [kind, options]])),
    initial: join((_, { initial }) => initial),
    at(progress, base, state) {
      requireHyper(Object.keys(schedules), base);
      return Object.fromEntries(
        entries.map(([name, schedule]) => [
          name,
          schedule.at(progress, { lr: base[name] }, part(state, name)).lr ?? base[name],
        ]),
      );
    },
    observe: (state, metric, base) =>
      join((name, schedule) => schedule.observe?.(part(state, name), metric, { lr: base[name] }) ?? part(state, name)),
  };
}

function requireHyper(names: readonly string[], base: Readonly<Record<string, number>>): void {
  const unknown = names.filter((name) => !Object.hasOwn(base, name));
  if (unknown.length === 0) return;
  throw new NetwrightError({
    code: 'each.hyper',
    operation: 'each',
    expected: `hyper-parameters among ${Object.keys(base).join(', ')}`,
    received: unknown.join(', '),
    hint: 'schedule what the optimizer has',
  });
}
