import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimApiServer } from '../apiserver/sim-api-server.ts';
import { CONFORMANCE_REQUESTS } from './requests.ts';
import type { ConformanceAnswer } from './run-requests.ts';
import { runRequests } from './run-requests.ts';

// Recorded by record.ts from kube-apiserver v1.34.4. JSON of our own making, read as what was written.
const recorded = JSON.parse(
  readFileSync(new URL('./fixtures/kube-apiserver-v1.34.json', import.meta.url), 'utf8'),
) as ConformanceAnswer[];

/** Where the simulation is knowingly different: reviews carry no managedFields; an empty list is not told from none. */
const KNOWN_DIFFERENCES: Record<string, RegExp> = {
  tokenreviews: /\/authentication\.k8s\.io\/v1\/tokenreviews$/,
  selfsubjectaccessreviews: /selfsubjectaccessreviews$/,
  emptyEndpoints: /^138 POST .*endpointslices/,
};

function withoutManagedFields(answer: ConformanceAnswer): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => (key === 'managedFields' ? undefined : value)),
  );
}

const server = createSimApiServer();
let answers: ConformanceAnswer[] = [];

beforeAll(async () => {
  server.identities.addUser({
    username: 'admin',
    token: 'admin-token',
    uid: 'u1',
    groups: ['system:masters'],
  });
  server.identities.addUser({ username: 'alice', token: 'alice-token', uid: 'u2' });
  await server.start();
  answers = await runRequests(server.url(), CONFORMANCE_REQUESTS);
});

afterAll(() => server.stop());

test('the recording and the run hold the same requests', () => {
  expect(recorded.map((answer) => answer.id)).toEqual(CONFORMANCE_REQUESTS.map((request) => request.id));
});

test.each(recorded.map((answer, index) => [answer.id, answer, index] as const))(
  '%s answers as kube-apiserver v1.34 did',
  (id, wanted, index) => {
    const got = answers[index];
    if (got === undefined) throw new Error(`no answer for ${id}`);
    const known = Object.values(KNOWN_DIFFERENCES).some((pattern) => pattern.test(id));
    const compared = (answer: ConformanceAnswer): unknown => (known ? withoutManagedFields(answer) : answer);
    expect(compared(got)).toEqual(compared(wanted));
  },
);
