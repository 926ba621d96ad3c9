// The kinds whose tests are quick; the others are in the long test.

import { testOutside } from './outside-suite.ts';

testOutside(['optimizer', 'architecture', 'function', 'data']);
