// The same training in Node: prints the outcome as JSON. Arguments: folder of the IDX files, threads.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainLeNet } from './training.ts';

const [folder, threads] = process.argv.slice(2);
const file = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer;
const files = { images: file('train-images-idx3-ubyte'), labels: file('train-labels-idx1-ubyte') };
process.stdout.write(JSON.stringify(await trainLeNet(files, Number(threads))));
