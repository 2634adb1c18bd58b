import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function capture(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLogger({ service: 'test', level: 'info', destination }));
  return lines.join('');
}

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZ2VudCJ9.c2lnbmF0dXJl';

test.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
  ['a field', (logger) => logger.info({ token: 's3cret' }, 'm')],
  ['a nested field', (logger) => logger.info({ request: { headers: { authorization: 's3cret' } } }, 'm')],
  ['a field in a list', (logger) => logger.info({ keys: [{ id: 'k', secret: 's3cret' }] }, 'm')],
  ['a child binding', (logger) => logger.child({ slackBotToken: 's3cret' }).info('m')],
  ["a grandchild's binding", (logger) => logger.child({ a: 1 }).child({ password: 's3cret' }).info('m')],
  ['the message', (logger) => logger.info('sent Bearer s3cret-value')],
  ['a format argument', (logger) => logger.info('sent %o', { apiKey: 's3cret' })],
  ['an error', (logger) => logger.error({ err: Object.assign(new Error('x'), { cookie: 's3cret' }) }, 'm')],
  [
    "a named error's message",
    (logger) =>
      logger.error({ err: new Error('refused Bearer s3cret-value', { cause: { token: 's3cret' } }) }),
  ],
  ["an error's message", (logger) => logger.error(new Error('refused Bearer s3cret-value'))],
])('a secret in %s does not reach the log', (_where, write) => {
  const output = capture(write);
  expect(output).not.toContain('s3cret');
  expect(output).toContain('redacted');
});

test('a refused store command is named without its arguments, one of which may be the password', () => {
  const command = { name: 'hello', args: ['3', 'AUTH', 'default', 's3cret'] };
  const refused = Object.assign(new Error('WRONGPASS'), { command });
  const wrapped = new Error('Redis: WRONGPASS', { cause: refused });
  for (const err of [refused, wrapped]) {
    const output = capture((logger) => logger.warn({ err }, 'm'));
    expect(output).not.toContain('s3cret');
    expect(output).toContain('"command":"hello"');
  }
});

test('a JSON Web Token does not reach the log, wherever it is', () => {
  expect(capture((logger) => logger.info({ note: `got ${jwt}` }, `and ${jwt}`))).not.toContain('eyJ');
});

test('what is not secret is still there, one JSON object a line', () => {
  const line: unknown = JSON.parse(
    capture((logger) =>
      logger.child({ node: 'n1' }).warn({ err: new TypeError('boom'), keyId: 'k1' }, 'failed'),
    ),
  );
  expect(line).toMatchObject({
    level: 'warn',
    service: 'test',
    node: 'n1',
    keyId: 'k1',
    err: { type: 'TypeError', message: 'boom' },
    msg: 'failed',
  });
});

test('nothing below the level is written', () => {
  expect(capture((logger) => logger.debug('noise'))).toBe('');
});
