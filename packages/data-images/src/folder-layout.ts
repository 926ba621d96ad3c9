// Which image files a folder holds, by part and class.

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';

/** Image files of one part, sorted by class and then by path. */
export interface FolderPart {
  readonly classes: readonly string[];
  readonly files: readonly string[];
  /** Class of each file. */
  readonly labels: readonly number[];
}

export interface FolderLayout {
  readonly train: FolderPart;
  readonly validation?: FolderPart;
  readonly test?: FolderPart;
}

const PARTS = { train: ['train'], validation: ['validation', 'val'], test: ['test'] } as const;
const EXTENSIONS = ['.png', '.jpg', '.jpeg'];

/**
 * Lists a folder of class folders, or one of the folders `train`, perhaps `validation` (or `val`), and perhaps `test` with class folders each. Class folders are
 * read with all folders in them; names that begin with a dot and Windows' `Thumbs.db` and `desktop.ini` are left out, and every other file must be an image.
 *
 * @throws NetwrightError `images.folder` when the folder cannot be listed, has fewer than two classes, a class without images, files beside the class folders or files
 * that are no images; `images.classes` when parts differ in their classes.
 */
export async function listFolder(directory: string): Promise<FolderLayout> {
  const { folders } = await list(directory);
  if (!folders.includes('train')) return { train: await partOf(directory) };
  const entries = await Promise.all(
    Object.entries(PARTS).map(async ([part, names]) => {
      const name = names.find((one) => folders.includes(one));
      return [part, name === undefined ? undefined : await partOf(path.join(directory, name))] as const;
    }),
  );
  const known: readonly string[] = Object.values(PARTS).flat();
  const stray = folders.filter((name) => !known.includes(name));
  if (stray.length > 0) throw folderError(directory, [`${stray.join(', ')} lies beside train`]);
  const { train, validation, test } = Object.fromEntries(entries) as Record<keyof typeof PARTS, FolderPart | undefined>;
  if (train === undefined) throw folderError(directory, ['train cannot be listed']);
  for (const [name, part] of Object.entries({ validation, test })) requireClasses(directory, name, train, part);
  return {
    train,
    ...(validation === undefined ? {} : { validation }),
    ...(test === undefined ? {} : { test }),
  };
}

async function partOf(directory: string): Promise<FolderPart> {
  const { folders: classes, files: stray } = await list(directory);
  const reasons: string[] = [];
  if (stray.length > 0) reasons.push(`${some(stray)} lies beside the class folders`);
  if (classes.length < 2) reasons.push(`${String(classes.length)} class folders`);
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    const all = await filesBelow(path.join(directory, name));
    const images = all.filter((file) => EXTENSIONS.includes(path.extname(file).toLowerCase()));
    const others = all.filter((file) => !images.includes(file));
    if (images.length === 0) reasons.push(`class ${name} has no image`);
    if (others.length > 0)
      reasons.push(`${some(others.map((file) => path.relative(directory, file)))} is no PNG or JPEG file`);
    files.push(...images);
    for (const _ of images) labels.push(label);
  }
  if (reasons.length > 0) throw folderError(directory, reasons);
  return { classes, files, labels };
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  const { folders, files } = await list(directory);
  const deeper = await Promise.all(folders.map((name) => filesBelow(path.join(directory, name))));
  return [...files.map((name) => path.join(directory, name)), ...deeper.flat()];
}

async function list(
  directory: string,
): Promise<{ readonly folders: readonly string[]; readonly files: readonly string[] }> {
  try {
    const names = (await readdir(directory)).filter((name) => !isHidden(name)).sort(byCodeUnits);
    const isFolder = await Promise.all(
      names.map(async (name) => (await stat(path.join(directory, name))).isDirectory()),
    );
    return { folders: names.filter((_, at) => isFolder[at]), files: names.filter((_, at) => !isFolder[at]) };
  } catch (cause) {
    throw folderError(directory, [cause instanceof Error ? cause.message : String(cause)], cause);
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || ['thumbs.db', 'desktop.ini'].includes(name.toLowerCase());
}

/** The same order on every machine. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function requireClasses(directory: string, name: string, train: FolderPart, part: FolderPart | undefined): void {
  if (part === undefined) return;
  const missing = train.classes.filter((one) => !part.classes.includes(one));
  const unknown = part.classes.filter((one) => !train.classes.includes(one));
  if (missing.length === 0 && unknown.length === 0) return;
  throw new NetwrightError({
    code: 'images.classes',
    operation: 'imageFolder',
    scope: directory,
    expected: `the classes of train in ${name}`,
    received: part.classes.join(', '),
    reasons: [
      ...(missing.length === 0 ? [] : [`${missing.join(', ')} is missing`]),
      ...(unknown.length === 0 ? [] : [`${unknown.join(', ')} is not in train`]),
    ],
  });
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${String(names.length - 3)} more`;
}

function folderError(directory: string, reasons: readonly string[], cause?: unknown): NetwrightError {
  return new NetwrightError({
    code: 'images.folder',
    operation: 'imageFolder',
    scope: directory,
    expected:
      'a folder of at least two class folders with PNG or JPEG images, or the folders train and test with those',
    reasons,
    ...(cause === undefined ? {} : { cause }),
  });
}
