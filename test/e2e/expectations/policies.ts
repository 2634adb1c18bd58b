import { policy } from './changes.ts';
import { asksPeople, expect, plan, type Expectation } from './expectation.ts';

/** NetworkPolicies of the workload namespace. */
export const policyExpectations: readonly Expectation[] = [
  expect({
    fault: 'networkpolicy-blocks-dns',
    subject: 'namespace',
    title: /namespace app/,
    endings: [plan(policy('restrict-egress'))],
  }),
  expect({
    fault: 'networkpolicy-blocks-traffic',
    subject: 'namespace',
    title: /app/,
    endings: [plan(policy('[^/]+')), asksPeople],
  }),
  // What a namespace needs besides DNS only its owner knows.
  expect({
    fault: 'networkpolicy-deny-all',
    subject: 'namespace',
    title: /namespace app/,
    endings: [asksPeople, plan(policy('[^/]+'))],
  }),
];
