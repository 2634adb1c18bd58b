import { expect, test } from 'vitest';
import { z } from 'zod';
import { isServiceVariable, loadConfig, renderConfigProblems, renderSettings } from './config.ts';
import { baseUrlText, flagText, integerText, listText } from './config-values.ts';

const schema = {
  PATHMEDIC_INTERVAL_MS: {
    schema: integerText(100, 5_000).default(1_000),
    example: '1000',
    description: 'how often',
  },
  PATHMEDIC_URLS: { schema: listText(baseUrlText), example: 'http://a:1,http://b:2', description: 'where' },
  PATHMEDIC_DRY_RUN: { schema: flagText.default(false), example: 'true', description: 'whether' },
  PATHMEDIC_API_TOKEN: {
    schema: z.string().min(16),
    example: '(32 random characters)',
    description: 'who',
    secret: true,
  },
};
const good = { PATHMEDIC_URLS: 'http://a:1', PATHMEDIC_API_TOKEN: 'a-good-long-token-value' };

test('parses text, defaults what is absent or empty, and ignores what is not ours', () => {
  const loaded = loadConfig({
    schema,
    env: { ...good, PATHMEDIC_INTERVAL_MS: '', PATHMEDIC_URLS: ' http://a:1/ , http://b:2', PATH: '/bin' },
  });
  expect(loaded).toEqual({
    ok: true,
    config: {
      PATHMEDIC_INTERVAL_MS: 1_000,
      PATHMEDIC_URLS: ['http://a:1', 'http://b:2'],
      PATHMEDIC_DRY_RUN: false,
      PATHMEDIC_API_TOKEN: good.PATHMEDIC_API_TOKEN,
    },
  });
});

test('names every problem at once, each with an example', () => {
  const loaded = loadConfig({
    schema,
    env: { PATHMEDIC_INTERVAL_MS: '99', PATHMEDIC_DRY_RUN: 'yes', PATHMEDIC_INTERVAL: '1' },
  });
  expect(loaded.ok ? [] : loaded.problems.map((problem) => problem.name)).toEqual([
    'PATHMEDIC_INTERVAL_MS',
    'PATHMEDIC_URLS',
    'PATHMEDIC_DRY_RUN',
    'PATHMEDIC_API_TOKEN',
    'PATHMEDIC_INTERVAL',
  ]);
  const text = loaded.ok ? '' : renderConfigProblems(loaded.problems);
  expect(text).toContain('5 problems');
  expect(text).toContain('PATHMEDIC_URLS is required; example: http://a:1,http://b:2');
  expect(text).toContain('did you mean PATHMEDIC_INTERVAL_MS?');
});

test.each([
  ['PATHMEDIC_SERVICE_HOST', true],
  ['PATHMEDIC_PORT', true],
  ['PATHMEDIC_PORT_8470_TCP', true],
  ['PATHMEDIC_COORDINATOR_SERVICE_HOST', true],
  ['PATHMEDIC_COORDINATOR_SERVICE_PORT', true],
  ['PATHMEDIC_COORDINATOR_SERVICE_PORT_HTTPS', true],
  ['PATHMEDIC_COORDINATOR_PORT', true],
  ['PATHMEDIC_COORDINATOR_PORT_8470_TCP_ADDR', true],
  ['PATHMEDIC_COORDINATOR_PORTS', false],
  ['PATHMEDIC_COORDINATOR_SERVICE', false],
  ['PATHMEDIC_PORT_HTTP', false],
])('%s comes from Kubernetes: %s', (name, expected) => {
  expect(isServiceVariable(name)).toBe(expected);
  const loaded = loadConfig({ schema, env: { ...good, [name]: 'tcp://10.0.0.1:8470' } });
  expect(loaded.ok).toBe(expected);
});

test('a setting that Kubernetes could overwrite is a mistake in the program', () => {
  const clash = { PATHMEDIC_METRICS_PORT: { schema: z.string(), example: '1', description: '' } };
  expect(() => loadConfig({ schema: clash, env: {} })).toThrow(/rename it/);
});

test('a secret may be a mounted file, but not both, and a missing file says which', () => {
  const { PATHMEDIC_API_TOKEN: _token, ...withoutToken } = good;
  const readFile = (path: string): string => {
    if (path === '/mounted/token') return `${good.PATHMEDIC_API_TOKEN}\n`;
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  };
  const load = (env: Record<string, string>) => loadConfig({ schema, env, readFile });
  const mounted = load({ ...withoutToken, PATHMEDIC_API_TOKEN_FILE: '/mounted/token' });
  expect(mounted.ok && mounted.config.PATHMEDIC_API_TOKEN).toBe(good.PATHMEDIC_API_TOKEN);
  const both = load({ ...good, PATHMEDIC_API_TOKEN_FILE: '/mounted/token' });
  expect(both.ok ? '' : both.problems[0]?.problem).toMatch(/given twice/);
  const missing = load({ ...withoutToken, PATHMEDIC_API_TOKEN_FILE: '/nowhere' });
  expect(missing.ok ? '' : renderConfigProblems(missing.problems)).toContain('/nowhere (ENOENT)');
  const notSecret = load({ ...good, PATHMEDIC_URLS_FILE: '/x' });
  expect(notSecret.ok).toBe(false);
});

test('the value of a bad secret is never shown', () => {
  const loaded = loadConfig({ schema, env: { ...good, PATHMEDIC_API_TOKEN: 'hunter2' } });
  const text = loaded.ok ? '' : renderConfigProblems(loaded.problems);
  expect(text).toContain('PATHMEDIC_API_TOKEN');
  expect(text).not.toContain('hunter2');
  const quoting = z
    .string()
    .refine(() => false, { error: (issue) => `${String(issue.input).slice(0, 5)}... is bad` });
  const secret = { PATHMEDIC_KEY: { schema: quoting, example: 'x', description: '', secret: true } };
  const refused = loadConfig({ schema: secret, env: { PATHMEDIC_KEY: 'hunter2' } });
  expect(refused.ok ? '' : renderConfigProblems(refused.problems)).toContain('value not shown');
  expect(refused.ok ? '' : renderConfigProblems(refused.problems)).not.toContain('hunte');
});

test('help explains every setting: description, need, example', () => {
  const text = renderSettings(schema);
  for (const [name, setting] of Object.entries(schema)) {
    expect(text).toContain(name);
    expect(text).toContain(setting.example);
  }
  expect(text).toMatch(/PATHMEDIC_API_TOKEN\n.*\n.*required.*PATHMEDIC_API_TOKEN_FILE/);
});
