// Every kind, the backend with its whole conformance suite and the application that trains.

import { KIND_NAMES } from 'create-netwright';
import { testOutside } from './outside-suite.ts';

testOutside(KIND_NAMES);
