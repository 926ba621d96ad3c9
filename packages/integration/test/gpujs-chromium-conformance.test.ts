// The whole conformance suite in headless Chromium.

import { testBackend } from '@netwright/testing';
import { describeInChromium, fastestRuns } from './gpujs-chromium/runs.ts';

describeInChromium((open, mode) => testBackend(`gpu.js in the mode ${mode}`, open), fastestRuns);
