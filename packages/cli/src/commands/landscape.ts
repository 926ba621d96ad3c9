import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { normalize, take } from '@netwright/data';
import { modelOf } from '@netwright/train';
import { lossSurface, roughnessOf, type LossSurface, type Roughness } from '@netwright/search';
import { arrange, landscapeContours, landscapeSurface, lossDomain, PANEL, plot, studyPage } from '@netwright/viz';
import { parseHTML } from 'linkedom';
import { create } from '../plugins.ts';
import { formatSeconds } from '../progress.ts';
import { readSavedModel } from '../saved-models.ts';
import { EXIT, type Session } from '../session.ts';
import type { Spec } from '../spec.ts';
import { withInterrupt } from './sweep.ts';

export interface LandscapeArguments {
  readonly config?: string;
  readonly data: Spec;
  readonly part: 'train' | 'test';
  readonly images: number;
  readonly points: number;
  readonly range: number;
  readonly seed: number;
  readonly backend: Spec;
  readonly out: string;
}

/** What `landscape` writes as JSON, for studies that compare several. */
export interface LandscapeFile {
  readonly model: string;
  readonly data: string;
  readonly images: number;
  readonly seed: number;
  readonly surface: LossSurface;
  readonly roughness: Roughness;
}

/** Draws the loss of saved models on planes through their weights, side by side on one scale. */
export async function landscapeCommand(
  session: Session,
  places: readonly string[],
  args: LandscapeArguments,
): Promise<number> {
  const { output, directory } = session;
  const known = await session.plugins(args.config);
  const source = await create('dataset', known.datasets, args.data).load();
  const whole = source[args.part];
  const data = take(whole, Math.min(args.images, whole.length));
  const backend = create('backend', known.backends, args.backend);
  const started = performance.now();
  try {
    const files = await withInterrupt(async (signal) => {
      const made: LandscapeFile[] = [];
      for (const place of places) {
        const saved = await readSavedModel(path.resolve(directory, place));
        let last = performance.now();
        const surface = await lossSurface({
          model: modelOf(saved),
          entries: saved.entries,
          backend,
          data,
          transforms: [normalize(saved.preprocessing.normalization)],
          points: args.points,
          range: args.range,
          seed: args.seed,
          signal,
          onPoint: (done, total) => {
            if (performance.now() - last < 10_000) return;
            last = performance.now();
            output.line(`${saved.name}: ${String(done)}/${String(total)} points`);
          },
        });
        const roughness = roughnessOf(surface);
        const { nonConvex, points } = roughness;
        output.line(`${saved.name}: ${(100 * nonConvex).toFixed(1)} % of ${String(points)} points are not convex`);
        made.push({ model: saved.name, data: data.name, images: data.length, seed: args.seed, surface, roughness });
      }
      return made;
    });
    const page = path.resolve(directory, args.out);
    await writeFile(page, landscapePage(files, (performance.now() - started) / 1000));
    await writeFile(page.replace(/(\.html)?$/, '.json'), `${JSON.stringify(files)}\n`);
    output.line(page);
    return EXIT.ok;
  } finally {
    await backend.dispose();
  }
}

/** A self-contained page. */
export function landscapePage(files: readonly LandscapeFile[], seconds: number): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const domain = lossDomain(...files.map(({ surface }) => surface));
  const [first] = files;
  const figures = files.map(({ model, surface, roughness: { nonConvex } }) => {
    const at = surface.loss[(surface.loss.length - 1) / 2];
    return arrange(document, {
      title: model,
      notes: [
        `Loss ${at.toFixed(4)} in the middle; ${(100 * nonConvex).toFixed(1)} % of the inner points are not convex. Colour and height: logarithm of the loss.`,
      ],
      panels: [
        { ...PANEL, element: plot(document, PANEL, landscapeContours(surface, domain)) },
        { ...PANEL, element: plot(document, PANEL, landscapeSurface(surface, domain)) },
      ],
    });
  });
  return studyPage({
    title: `Loss surfaces of ${files.map(({ model }) => model).join(', ')}`,
    facts: {
      data: `${first.data}, ${String(first.images)} images`,
      'grid points': `${String(first.surface.points)} x ${String(first.surface.points)}`,
      range: `±${String(first.surface.range)}`,
      seed: String(first.seed),
      time: formatSeconds(seconds),
    },
    sections: [
      {
        title: 'Surfaces',
        text: [
          'The loss on the plane that two random directions span, each filter of a direction scaled to the norm of the filter it changes (arXiv:1712.09913). Biases, norms and running statistics stay.',
          'A point counts as not convex where the Hessian along the two directions, from differences of neighbouring points, has a negative eigenvalue of at least 1 % of the other one.',
        ],
        figures,
        table: {
          header: ['model', 'loss', 'not convex', 'points judged', 'not finite'],
          rows: files.map(({ model, surface, roughness }) => [
            model,
            surface.loss[(surface.loss.length - 1) / 2].toFixed(4),
            `${(100 * roughness.nonConvex).toFixed(1)} %`,
            String(roughness.points),
            String(roughness.notFinite),
          ]),
        },
      },
    ],
  });
}
