// The page of a study, its pictures, and its tables as Markdown.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { studyPage } from '@netwright/viz';
import { keepResults } from './keep-results.ts';
import { markdownOf } from './report.ts';
import { reportOf } from './studies.ts';

export interface ReportPlaces {
  /** Where the study has run; the page `STUDY.html` and the tables `STUDY.md` go there too. */
  readonly out: string;
  /** Results in compact form, from which all the rest is made. */
  readonly data: string;
  readonly pictures: string;
}

/** Reports what is there of a study, and gives the files. */
export async function writeReport(study: string, { out, data, pictures }: ReportPlaces): Promise<readonly string[]> {
  const kept = await keepResults(study, out, data);
  const sections = await reportOf(study, data);
  if (sections.length === 0) return kept;
  await mkdir(pictures, { recursive: true });
  const drawn = sections.flatMap(({ name, picture }) =>
    picture === undefined ? [] : [{ file: path.join(pictures, `study-${name}.svg`), text: `${picture.outerHTML}\n` }],
  );
  const page = studyPage({
    title: `Study: ${study}`,
    facts: { data: 'Fashion-MNIST' },
    sections: sections.map(({ picture, ...section }) => ({
      ...section,
      figures: picture === undefined ? [] : [picture],
    })),
  });
  const tables = sections.flatMap(({ table }) => (table === undefined ? [] : [markdownOf(table)]));
  const files = [
    ...drawn,
    { file: path.join(out, `${study}.html`), text: page },
    { file: path.join(out, `${study}.md`), text: `${tables.join('\n\n')}\n` },
  ];
  for (const { file, text } of files) await writeFile(file, text);
  return [...kept, ...files.map(({ file }) => file)];
}
