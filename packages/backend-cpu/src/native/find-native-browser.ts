// A page has no compiler.

import type { findNative as findInNode } from './find-native.ts';

export const findNative: typeof findInNode = () => ({ reason: 'a browser has no compiler' });

export function warn(): void {
  // A page need not be told that it runs WebAssembly.
}

export function environmentVariable(): undefined {
  return undefined;
}
