export { trajectories } from './figures/trajectories.ts';
export type { Figure, FigureContext, Optimizers } from './figures/figure.ts';
export { race, type Contestant, type RaceOptions } from './figures/race.ts';
export { descend, type Batch, type DescentOptions, type Path } from './run/descend.ts';
export { spectrumAt, type Spectrum } from './run/spectrum.ts';
export { valueGrid, valuesAt, type Grid } from './run/values.ts';
export { arrange, type Arrangement, type LegendItem, type Panel } from './plot/arrange.ts';
export { contourPlot, type ContourOptions, type DrawnPath } from './plot/contours.ts';
export { lossPlot, type DrawnLoss } from './plot/loss-curves.ts';
export { plot, type PlotSpec, type Size } from './plot/scene.ts';
export type { Point, Samples, Surface } from './surfaces/surface.ts';
export { beale } from './surfaces/beale.ts';
export { leastSquares, type Sample } from './surfaces/least-squares.ts';
export { canyon, sphere } from './surfaces/quadratics.ts';
export { rosenbrock } from './surfaces/rosenbrock.ts';
export { twoValleys } from './surfaces/two-valleys.ts';
export { PANEL, SIDE } from './plot/scene.ts';
export {
  distributionPlot,
  paretoFront,
  scatterPlot,
  SERIES_COLORS,
  seriesPlot,
  type Axis,
  type BandPoint,
  type ScatterOptions,
  type Series,
  type SeriesOptions,
} from './plot/series.ts';
export {
  landscapeContours,
  landscapeSurface,
  lossDomain,
  type LandscapeGrid,
  type LossDomain,
} from './plot/landscape.ts';
export { escapeHtml, htmlPage, type HtmlPage } from './plot/html-page.ts';
export { studyPage, type StudyPage, type StudySection } from './plot/study-page.ts';
