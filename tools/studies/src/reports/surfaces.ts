// Loss surfaces side by side, on one scale.

import type { LossSurface, Roughness } from '@netwright/search';
import { arrange, landscapeContours, landscapeSurface, lossDomain, plot } from '@netwright/viz';
import { document, percent, type ReportSection } from './report.ts';

/** What `netwright landscape` writes for each model, and the accuracy of its run. */
export interface MeasuredSurface {
  readonly model: string;
  readonly images: number;
  readonly accuracy: number;
  readonly surface: LossSurface;
  readonly roughness: Roughness;
}

const SIZE = { width: 330, height: 300 };

export function surfacesSections(measured: readonly MeasuredSurface[]): readonly ReportSection[] {
  if (measured.length === 0) return [];
  const domains = measured.map(({ surface }) => lossDomain(surface));
  // The highest surfaces would leave no colours for the others.
  const domain = [Math.min(...domains.map(([low]) => low)), Math.min(...domains.map(([, high]) => high))] as const;
  const title = 'Loss around trained networks';
  const notes = [
    'Colour and height: the logarithm of the loss, on one scale, which ends where the lowest surface does.',
  ];
  const pictureOf = (draw: typeof landscapeContours): SVGElement =>
    arrange(document, {
      title,
      notes,
      panels: measured.map(({ model, surface, roughness: { nonConvex } }) => ({
        ...SIZE,
        caption: `${model}: ${percent(nonConvex)} % not convex`,
        element: plot(document, SIZE, draw(surface, domain)),
      })),
    });
  return [
    {
      name: 'surfaces',
      title: 'From above',
      text: [],
      picture: pictureOf(landscapeContours),
      table: {
        header: ['network', 'accuracy in %', 'loss in the middle', 'largest loss', 'not convex in %', 'points judged'],
        rows: measured.map(({ model, accuracy, surface: { loss }, roughness }) => [
          model,
          percent(accuracy),
          loss[(loss.length - 1) / 2].toFixed(3),
          Math.max(...loss.filter(Number.isFinite)).toPrecision(3),
          percent(roughness.nonConvex),
          String(roughness.points),
        ]),
      },
    },
    { name: 'surfaces-in-space', title: 'From the side', text: [], picture: pictureOf(landscapeSurface) },
  ];
}
