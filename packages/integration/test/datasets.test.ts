// The data set that comes with the repository holds what the kit asks of every author's.

import { mnist } from '@netwright/data-mnist';
import { testDataset } from '@netwright/testing';

const PARTS = { train: 2000, test: 1000 };

testDataset('mnist', () => mnist({ limit: PARTS }), { lengths: PARTS });
