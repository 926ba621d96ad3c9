// The files of figures, written again after each work, so that a run that is stopped loses one work at most.

import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { machineFacts } from './machine.ts';
import { include, markdownOf, mergeReports, type Clock, type Report } from './report.ts';
import { WORKS } from './work.ts';

export class Results {
  readonly #json: string | undefined;
  readonly #markdown: string | undefined;
  #earlier: Report | undefined;

  /** @param files - as the command line names them, relative to `directory`. */
  constructor(files: { readonly out?: string; readonly markdown?: string }, directory: string) {
    this.#json = files.out === undefined ? undefined : path.resolve(directory, files.out);
    this.#markdown = files.markdown === undefined ? undefined : path.resolve(directory, files.markdown);
  }

  /**
   * Reads what the JSON file holds; to be called before anything is measured.
   *
   * @throws RangeError when measurements of this machine by this clock cannot be put beside it.
   */
  async read(clock: Clock): Promise<void> {
    this.#earlier = await readReport(this.#json);
    if (this.#earlier !== undefined) mergeReports(this.#earlier, { machine: machineFacts(), clock, measurements: [] });
  }

  /** Writes the measurements of this run, together with those of other works that the JSON file held before it. */
  async write(measured: Report): Promise<void> {
    const report = this.#earlier === undefined ? measured : mergeReports(this.#earlier, measured);
    if (this.#json !== undefined) await replace(this.#json, `${JSON.stringify(report, undefined, 2)}\n`);
    if (this.#markdown !== undefined)
      await replace(this.#markdown, include(await readFile(this.#markdown, 'utf8'), markdownOf(report, WORKS)));
  }
}

async function readReport(file: string | undefined): Promise<Report | undefined> {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function replace(file: string, text: string): Promise<void> {
  const whole = `${file}.part`;
  await writeFile(whole, text);
  await rename(whole, file);
}
