import { expect, test } from 'vitest';
import { endpointCandidates, mayFollow } from './endpoints.ts';

const name = 'https://pathmedic-coordinator.pathmedic.svc:8470';

test('everything that works without DNS comes before everything that needs it', () => {
  const candidates = endpointCandidates(
    {
      configured: [name, 'https://10.0.0.4:8470', 'https://[fd00::4]:8470'],
      serviceEnv: 'https://10.96.3.3:8470',
    },
    null,
    [{ url: name, address: '10.0.0.9' }],
  );
  expect(candidates.map((candidate) => `${candidate.source} ${candidate.address ?? candidate.url}`)).toEqual([
    'configured https://10.0.0.4:8470',
    'configured https://[fd00::4]:8470',
    'service-env https://10.96.3.3:8470',
    'cached 10.0.0.9',
    `dns ${name}`,
  ]);
});

test('a known leader is first, and nothing is tried twice', () => {
  const sources = { configured: ['https://10.0.0.4:8470'], serviceEnv: 'https://10.0.0.4:8470' };
  const candidates = endpointCandidates(sources, 'https://10.0.0.5:8470', []);
  expect(candidates.map((candidate) => candidate.url)).toEqual([
    'https://10.0.0.5:8470',
    'https://10.0.0.4:8470',
  ]);
});

test('a leader is followed only under the scheme it was named on', () => {
  expect(mayFollow('https://10.0.0.5:8470', 'https://10.0.0.4:8470')).toBe(true);
  expect(mayFollow('http://10.0.0.5:8470', 'https://10.0.0.4:8470')).toBe(false);
  expect(mayFollow('file:///etc/passwd', 'https://10.0.0.4:8470')).toBe(false);
  expect(mayFollow('10.0.0.5', 'https://10.0.0.4:8470')).toBe(false);
});
