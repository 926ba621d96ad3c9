import { findNative } from '../../src/native/find-native.ts';

const found = findNative();

/** Why native code cannot be tested here, or undefined where it can. */
export const missing = 'reason' in found ? found.reason : undefined;
