// Tables of profiles.

import type { ProgramProfile } from '@netwright/compiler';
import { formatTable } from '../table.ts';
import type { Roofline } from './roofline.ts';

export interface ProfiledRun {
  readonly profile: ProgramProfile;
  /** Nanoseconds of a whole run without a profile. */
  readonly unprofiled: number;
}

export interface ProfileSummary {
  readonly roofline: Roofline;
  /** Of the fastest run, in the order of execution. */
  readonly kernels: readonly {
    readonly name: string;
    readonly operations: readonly string[];
    readonly schedule: string;
    readonly milliseconds: number;
    readonly flopsPerSecond: number;
    readonly bytesPerSecond: number;
    /** The larger part of what the machine can compute, or move, in that time. Above 1 where data stays in the cache. */
    readonly rooflineShare: number;
  }[];
  readonly rest: readonly { readonly name: string; readonly milliseconds: number }[];
  readonly unprofiledMilliseconds: number;
  /** Kernels and the named rest over the unprofiled run. */
  readonly explained: number;
}

/**
 * The fastest run with a profile beside the fastest without: what else the machine does makes runs longer, never shorter.
 *
 * @param runs - of one program; at least one.
 */
export function summarizeProfiles(runs: readonly ProfiledRun[], roofline: Roofline): ProfileSummary {
  const totals = runs.map(({ profile }) =>
    [...profile.kernels, ...profile.rest].reduce((sum, { nanoseconds }) => sum + nanoseconds, 0),
  );
  const total = Math.min(...totals);
  const { profile } = runs[totals.indexOf(total)];
  const kernels = profile.kernels.map(({ name, operations, schedule, nanoseconds, flops, bytes }) => {
    const perSecond = (amount: number): number => (nanoseconds === 0 ? 0 : (amount / nanoseconds) * 1e9);
    const [flopsPerSecond, bytesPerSecond] = [perSecond(flops), perSecond(bytes)];
    const rooflineShare = Math.max(flopsPerSecond / roofline.flopsPerSecond, bytesPerSecond / roofline.bytesPerSecond);
    return {
      name,
      operations,
      schedule,
      milliseconds: nanoseconds / 1e6,
      flopsPerSecond,
      bytesPerSecond,
      rooflineShare,
    };
  });
  const rest = profile.rest.map(({ name, nanoseconds }) => ({ name, milliseconds: nanoseconds / 1e6 }));
  const unprofiled = Math.min(...runs.map((one) => one.unprofiled));
  return { roofline, kernels, rest, unprofiledMilliseconds: unprofiled / 1e6, explained: total / unprofiled };
}

/** Lines of text: the slowest kernels first. */
export function describeProfile(title: string, summary: ProfileSummary, top: number): readonly string[] {
  const { roofline, kernels, rest, unprofiledMilliseconds, explained } = summary;
  const slowest = [...kernels].sort((a, b) => b.milliseconds - a.milliseconds);
  const others = slowest.slice(top);
  const share = (milliseconds: number): string => `${((100 * milliseconds) / unprofiledMilliseconds).toFixed(1)} %`;
  const sum = (list: readonly { readonly milliseconds: number }[]): number =>
    list.reduce((total, { milliseconds }) => total + milliseconds, 0);
  const rows = slowest
    .slice(0, top)
    .map(({ name, operations, milliseconds, flopsPerSecond, bytesPerSecond, rooflineShare }) => [
      name,
      milliseconds.toFixed(3),
      share(milliseconds),
      (flopsPerSecond / 1e9).toFixed(1),
      (bytesPerSecond / 1e9).toFixed(1),
      `${(100 * rooflineShare).toFixed(0)} %`,
      fused(operations),
    ]);
  const plain = (name: string, milliseconds: number): readonly string[] => [
    name,
    milliseconds.toFixed(3),
    share(milliseconds),
    '',
    '',
    '',
    '',
  ];
  if (others.length > 0) rows.push([...plain(`${String(others.length)} other kernels`, sum(others))]);
  rows.push(...rest.map(({ name, milliseconds }) => [...plain(name, milliseconds)]));
  const header = ['kernel', 'ms', 'share', 'GFLOP/s', 'GB/s', 'roofline', 'fused'];
  return [
    title,
    `roofline, measured here: ${(roofline.flopsPerSecond / 1e9).toFixed(1)} GFLOP/s, copies ${(roofline.bytesPerSecond / 1e9).toFixed(1)} GB/s`,
    '',
    ...formatTable(header, rows, ['left', 'right', 'right', 'right', 'right', 'right', 'left']),
    '',
    `${String(kernels.length)} kernels of ${String(kernels.reduce((total, { operations }) => total + operations.length, 0))} operations`,
    `kernels ${sum(kernels).toFixed(2)} ms and rest ${sum(rest).toFixed(2)} ms: ${(100 * explained).toFixed(1)} % of a run without profile (${unprofiledMilliseconds.toFixed(2)} ms)`,
  ];
}

/** `conv2d + 3 add + relu`: the operations of one kernel. */
function fused(operations: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of operations) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${String(count)} ${name}`)).join(' + ');
}
