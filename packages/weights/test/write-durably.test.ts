import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type * as FileSystem from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeDurably } from '../src/node/write-durably.ts';
import { messageOf } from './error.ts';

/** What the disk does wrong, and the calls that it saw. */
const disk = vi.hoisted(() => ({ calls: [] as string[], failing: '', error: new Error('no failure') }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof FileSystem>();
  const note = (call: string): void => {
    disk.calls.push(call);
    if (call === disk.failing) throw disk.error;
  };
  return {
    ...original,
    async open(file: string, flags: string) {
      const name = flags === 'r' ? 'directory' : 'file';
      note(`open ${name}`);
      const handle = await original.open(file, flags);
      return {
        async writeFile(content: Uint8Array | string) {
          if (disk.failing === 'write file') await handle.writeFile(content.slice(0, 1));
          note(`write ${name}`);
          await handle.writeFile(content);
        },
        async sync() {
          note(`sync ${name}`);
          await handle.sync();
        },
        async close() {
          await handle.close();
          note(`close ${name}`);
        },
      };
    },
    async rename(from: string, to: string) {
      note('rename');
      await original.rename(from, to);
    },
  };
});

function systemError(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code });
}

describe('writeDurably', () => {
  let directory = '';
  let file = '';
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'netwright-write-'));
    file = path.join(directory, 'weights.bin');
    Object.assign(disk, { calls: [], failing: '' });
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it.each([
    ['bytes', Uint8Array.of(1, 2, 3), Buffer.from([1, 2, 3])],
    ['a part of a buffer', Uint8Array.of(1, 2, 3).subarray(1, 2), Buffer.from([2])],
    ['text', 'ü\n', Buffer.from('ü\n')],
    ['nothing', '', Buffer.alloc(0)],
  ])('writes %s and replaces what was there', async (_, content, expected) => {
    await writeFile(file, 'something longer that was there before');
    await writeDurably(file, content);
    expect(await readFile(file)).toEqual(expected);
    expect(await readdir(directory)).toEqual(['weights.bin']);
  });

  it('flushes the file before the rename and the directory after it', async () => {
    await writeDurably(file, 'x');
    expect(disk.calls).toEqual([
      'open file',
      'write file',
      'sync file',
      'close file',
      'rename',
      'open directory',
      'sync directory',
      'close directory',
    ]);
  });

  it('overwrites the temporary file that a crash left behind', async () => {
    await writeFile(path.join(directory, '.weights.bin.tmp'), 'half of a checkpoint, and more of it');
    await writeDurably(file, 'new');
    expect([await readFile(file, 'utf8'), await readdir(directory)]).toEqual(['new', ['weights.bin']]);
  });

  it.each(['open file', 'write file', 'sync file', 'close file', 'rename'])(
    'keeps the old content and leaves nothing behind when "%s" fails',
    async (failing) => {
      await writeFile(file, 'old');
      Object.assign(disk, { failing, error: systemError('ENOSPC', 'no space left on device, write') });
      expect(await messageOf(() => writeDurably(file, 'new content'))).toBe(
        `writeDurably (${file}): expected enough space, received ENOSPC: no space left on device, write. Hint: free some space, or write to another disk [write.full]`,
      );
      expect([await readFile(file, 'utf8'), await readdir(directory)]).toEqual(['old', ['weights.bin']]);
    },
  );

  const denied =
    'expected a directory that can be written to, received CODE: text. Hint: choose another place, or change its permissions [write.denied]';
  const full =
    'expected enough space, received CODE: text. Hint: free some space, or write to another disk [write.full]';
  it.each([
    ['EACCES', denied],
    ['EPERM', denied],
    ['EROFS', denied],
    ['EDQUOT', full],
    ['EFBIG', full],
    ['EIO', 'expected a disk that accepts the file, received CODE: text. Hint: see the cause [write.failed]'],
  ])('says what %s means', async (code, message) => {
    Object.assign(disk, { failing: 'open file', error: systemError(code, 'text') });
    expect(await messageOf(() => writeDurably(file, 'x'))).toBe(
      `writeDurably (${file}): ${message.replace('CODE', code)}`,
    );
  });

  const wrongPath = 'Hint: create the directory, or correct the path [write.path]';
  it.each([
    ['whose directory does not exist', ['absent', 'file'], 'ENOENT'],
    ['below a file', ['plain', 'file'], 'ENOTDIR'],
    ['that is a directory', ['folder'], 'EISDIR'],
    ['with too long a name', ['n'.repeat(300)], 'ENAMETOOLONG'],
  ])('refuses a path %s', async (_, parts, code) => {
    await writeFile(path.join(directory, 'plain'), '');
    await mkdir(path.join(directory, 'folder'));
    const message = await messageOf(() => writeDurably(path.join(directory, ...parts), 'x'));
    expect(message).toMatch(`expected a file name in a directory that exists, received ${code}: `);
    expect(message.endsWith(wrongPath)).toBe(true);
    expect((await readdir(directory)).sort()).toEqual(['folder', 'plain']);
  });
});
