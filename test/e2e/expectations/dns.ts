import { corednsDeployment, corednsPods, corednsScale, corefile } from './changes.ts';
import { asksPeople, expect, plan, type Expectation } from './expectation.ts';

const corefilePlan = plan(corefile, corednsDeployment, corednsPods);

/** CoreDNS and what it is told to do. */
export const dnsExpectations: readonly Expectation[] = [
  expect({ fault: 'coredns-corefile-broken', subject: 'dns', title: /DNS/, endings: [corefilePlan] }),
  expect({
    fault: 'coredns-forward-loop',
    subject: 'dns',
    title: /DNS/,
    // Which resolver is the right one may be known to people only.
    endings: [corefilePlan, asksPeople],
  }),
  expect({
    fault: 'coredns-zone-wrong',
    subject: 'dns',
    title: /DNS|resolve/,
    endings: [corefilePlan, asksPeople],
  }),
  expect({
    fault: 'coredns-upstream-dead',
    subject: 'dns',
    title: /outside of the cluster|DNS/,
    endings: [asksPeople, corefilePlan],
    detectedWithinS: 90,
  }),
  expect({
    fault: 'coredns-scaled-to-zero',
    subject: 'dns',
    title: /DNS/,
    endings: [plan(corednsDeployment, corednsScale)],
  }),
  // The image and its limits are the owner's to choose.
  expect({ fault: 'coredns-image-missing', subject: 'dns', title: /DNS/, endings: [asksPeople] }),
  expect({ fault: 'coredns-oom', subject: 'dns', title: /DNS/, endings: [asksPeople] }),
  expect({
    fault: 'coredns-one-blackholed',
    subject: 'dns',
    orCauses: ['other'],
    title: /DNS/,
    // What drops the queries is on the host: a new pod may land elsewhere, or a person has to look.
    endings: [asksPeople, plan(corednsPods, corednsDeployment)],
    detectedWithinS: 90,
    answeredWithinS: 240,
  }),
  expect({
    fault: 'coredns-overloaded',
    subject: 'dns',
    title: /DNS/,
    // More replicas, if that is what it lacks.
    endings: [asksPeople, plan(corednsDeployment, corednsScale)],
    detectedWithinS: 120,
    answeredWithinS: 240,
  }),
  expect({
    fault: 'pod-search-domain-wrong',
    subject: 'dns',
    title: /NODE|resolve|DNS/,
    endings: [asksPeople],
    detectedWithinS: 120,
    answeredWithinS: 240,
  }),
];
