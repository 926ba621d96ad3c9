#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { rehearseRelease, release, type Report } from './release.ts';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const report: Report = (line) => process.stdout.write(`${line}\n`);
await (values['dry-run'] ? rehearseRelease(report) : release(report));
