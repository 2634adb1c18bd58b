import { describe, expect, test } from 'vitest';
import { redactLines, redactText } from './redact.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl';

describe('redactText', () => {
  test.each([
    ['Authorization: Bearer abc.def-123456', 'abc.def-123456'],
    [`token review of ${jwt} failed`, jwt],
    ['dial postgres://app:hunter2@db:5432/x failed', 'hunter2'],
    ['etcd --password=swordfish --debug', 'swordfish'],
    ['{"clientSecret": "s3cr3t-value"}', 's3cr3t-value'],
    ['DB_PASSWORD: correcthorse', 'correcthorse'],
    ['using api_key=0123456789abcdef', '0123456789abcdef'],
    ['token: 0123456789abcdef0123', '0123456789abcdef0123'],
    ['key AKIAIOSFODNN7EXAMPLE was refused', 'AKIAIOSFODNN7EXAMPLE'],
    ['posting with xoxb-1234567890-abcdef', 'xoxb-1234567890-abcdef'],
  ])('takes the credential out of %j', (line, secret) => {
    expect(redactText(line)).not.toContain(secret);
    expect(redactText(line)).toContain('[redacted]');
  });

  test.each([
    'failed to verify token: expired',
    'no IP addresses available in range set: 10.244.1.1-10.244.1.254',
    '/etc/coredns/Corefile:7 - Error during parsing: Unknown directive "forwrad"',
    'Secret "cilium-ca" not found',
  ])('leaves evidence alone: %j', (line) => {
    expect(redactText(line)).toBe(line);
  });

  test('leaves nothing that a terminal would obey', () => {
    expect(redactText('\u001B[31mred\u001B[0m \u001B]0;title\u0007x\u009B2J\u0008\r\tend')).toBe(
      'red x\tend',
    );
  });

  test('stays fast on hostile lines', () => {
    const hostile = [
      'token'.repeat(40_000),
      `password${' '.repeat(200_000)}`,
      `${'a'.repeat(200_000)}://`,
      `eyJ${'a'.repeat(200_000)}`,
      '\u001B['.repeat(100_000),
    ];
    const startedMs = performance.now();
    for (const line of hostile) redactText(line);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('redactLines', () => {
  test('leaves a private key out whole and goes on after it', () => {
    const lines = [
      'before',
      '-----BEGIN RSA PRIVATE KEY-----',
      'MIIEpAIB',
      '-----END RSA PRIVATE KEY-----',
      'after',
    ];
    expect(redactLines(lines)).toEqual(['before', '[redacted private key]', 'after']);
  });
});
