import { expect, test } from 'vitest';
import { loadAgentConfig } from './config.ts';

const required = {
  PATHMEDIC_NODE_NAME: 'worker-1',
  PATHMEDIC_POD_NAMESPACE: 'pathmedic',
  PATHMEDIC_POD_NAME: 'agent-x',
  PATHMEDIC_POD_UID: 'uid-1',
};

test('with nothing set, everything that is required is named at once', () => {
  const loaded = loadAgentConfig({});
  const names = loaded.ok ? [] : loaded.problems.map((problem) => problem.name);
  expect(names).toEqual([...Object.keys(required), 'PATHMEDIC_COORDINATOR_URLS']);
});

test('the environment of a Service named pathmedic-coordinator is enough to find it', () => {
  const loaded = loadAgentConfig({
    ...required,
    PATHMEDIC_COORDINATOR_SERVICE_HOST: 'fd00::1',
    PATHMEDIC_COORDINATOR_SERVICE_PORT: '8470',
    PATHMEDIC_COORDINATOR_PORT_8470_TCP_ADDR: 'fd00::1',
  });
  expect(loaded.ok && loaded.config.coordinator).toMatchObject({
    urls: [],
    serviceEnvUrl: 'https://[fd00::1]:8470',
    tlsServerName: null,
  });
});

test('the first name among the URLs is what the certificate has to say', () => {
  const loaded = loadAgentConfig({
    ...required,
    PATHMEDIC_COORDINATOR_URLS: 'https://10.0.0.4:8470, https://coordinator.pathmedic.svc:8470/',
  });
  expect(loaded.ok && loaded.config.coordinator).toMatchObject({
    urls: ['https://10.0.0.4:8470', 'https://coordinator.pathmedic.svc:8470'],
    tlsServerName: 'coordinator.pathmedic.svc',
  });
});

test.each([
  [{ PATHMEDIC_ALLOWED_CIDRS: '10.0.0.0/8,10.0.0.0/33' }, 'PATHMEDIC_ALLOWED_CIDRS'],
  [{ PATHMEDIC_ALLOWED_CIDRS: 'everything' }, 'PATHMEDIC_ALLOWED_CIDRS'],
  [{ PATHMEDIC_ALLOWED_PORTS: '90-80' }, 'PATHMEDIC_ALLOWED_PORTS'],
  [{ PATHMEDIC_ALLOWED_PORTS: '0-65536' }, 'PATHMEDIC_ALLOWED_PORTS'],
  [{ PATHMEDIC_BIND_ADDRESS: 'localhost' }, 'PATHMEDIC_BIND_ADDRESS'],
  [{ PATHMEDIC_MODE: 'demo' }, 'PATHMEDIC_MODE'],
  [{ PATHMEDIC_TOKEN_FILE: 'token' }, 'PATHMEDIC_TOKEN_FILE'],
  [{ PATHMEDIC_COORDINATOR_URLS: 'coordinator:8470' }, 'PATHMEDIC_COORDINATOR_URLS'],
  [{ PATHMEDIC_LISTEN_TPC: '1' }, 'PATHMEDIC_LISTEN_TPC'],
])('%o is refused by name', (change, name) => {
  const loaded = loadAgentConfig({
    ...required,
    PATHMEDIC_COORDINATOR_URLS: 'http://10.0.0.4:8470',
    ...change,
  });
  expect(loaded.ok ? [] : loaded.problems.map((problem) => problem.name)).toEqual([name]);
});

test('unless told otherwise only private addresses and the usual ports are probed', () => {
  const loaded = loadAgentConfig({ ...required, PATHMEDIC_COORDINATOR_URLS: 'http://10.0.0.4:8470' });
  expect(loaded.ok && loaded.config.limits).toMatchObject({
    ports: [
      { first: 53, last: 53 },
      { first: 8471, last: 8473 },
    ],
    maxProbesPerSecond: 20,
  });
  expect(loaded.ok && loaded.config.limits.cidrs.map((cidr) => `${cidr.address}/${cidr.prefix}`)).toEqual([
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    'fc00::/7',
  ]);
});
