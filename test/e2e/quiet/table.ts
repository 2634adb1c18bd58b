import type { E2eCase } from '../case.ts';
import { nodeCases } from './nodes.ts';
import { productCases } from './product.ts';
import { rollOutCases } from './roll-outs.ts';
import { serviceCases } from './services.ts';

/** What must open nothing. */
export const quietCases: readonly E2eCase[] = [
  ...rollOutCases,
  ...productCases,
  ...serviceCases,
  ...nodeCases,
];
