#!/usr/bin/env node
import { run } from './program.ts';
import { createSession, processOutput } from './session.ts';

process.exitCode = await run(process.argv.slice(2), createSession(processOutput(), process.cwd()));
