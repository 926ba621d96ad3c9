#!/usr/bin/env node
import process from 'node:process';
import { createProgram } from './program.ts';

const write = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
await createProgram(write, process.env.INIT_CWD ?? process.cwd()).parseAsync();
