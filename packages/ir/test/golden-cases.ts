// All cases of golden-functions.json, in its order.

import { functionCases, type FunctionCase } from './function-cases.ts';
import { activationCases } from './activation-cases.ts';
import { lossCases } from './loss-cases.ts';
import { networkCases } from './network-cases.ts';

export const goldenCases: readonly FunctionCase[] = [
  ...functionCases,
  ...activationCases,
  ...networkCases,
  ...lossCases,
];
