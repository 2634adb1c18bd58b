import { beforeEach, describe, expect, test } from 'vitest';
import { auditHead } from '../domain/audit-chain.ts';
import { AuditExport, auditExport } from '../domain/audit-export.ts';
import { untilExecuted } from '../pipeline/incident-story.fixture.ts';
import { deriveKey } from '../secret-keys.ts';
import { audit } from './audit.ts';

const approvalKey = 'an approval key of thirty-two characters';
const auditKey = deriveKey(approvalKey, 'audit');

/** A story that was closed, and said something about afterwards. */
function closedStory() {
  const story = untilExecuted().at(200);
  const head = auditHead(auditKey, 'inc-1', story.events);
  story.tell({ type: 'closed', how: 'fixed', summary: 's', auditHead: head });
  const closedAfter = story.events.length;
  story.tell({ type: 'said', text: 'thanks' });
  return { story, head, closedAfter };
}

let out = '';
let err = '';
beforeEach(() => {
  out = '';
  err = '';
});

function run(
  args: string[],
  file: unknown,
  env: Record<string, string> = { PATHMEDIC_APPROVAL_KEY: approvalKey },
) {
  const content = typeof file === 'string' ? file : JSON.stringify(file);
  return audit(args, {
    env,
    read: async (name) => (name === 'gone.json' ? Promise.reject(new Error('no such file')) : content),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
}

function exported(change: (file: AuditExport) => void = () => undefined): AuditExport {
  const file = AuditExport.parse(
    JSON.parse(JSON.stringify(auditExport('inc-1', closedStory().story.events))),
  );
  change(file);
  return file;
}

describe('pathmedic audit', () => {
  test('finds an untouched story in order, and says what no head covers', async () => {
    const { head, closedAfter } = closedStory();
    expect(await run(['-'], exported())).toBe(0);
    expect(out).toContain(`The head over the first ${closedAfter - 1} events is ${head.slice(0, 12)}`);
    expect(out).toContain('the last 2 events');
  });

  test.each([
    ['a changed word', (file: AuditExport) => Object.assign(file.events[3]?.body ?? {}, { note: 'x' })],
    ['a changed time', (file: AuditExport) => Object.assign(file.events[2] ?? {}, { atMs: 1 })],
    ['a dropped event', (file: AuditExport) => file.events.splice(4, 1)],
    [
      'a dropped event whose successors were renumbered',
      (file: AuditExport) => {
        file.events.splice(4, 1);
        for (const [i, event] of file.events.entries()) event.n = i + 1;
      },
    ],
    ['another incident', (file: AuditExport) => Object.assign(file, { incidentId: 'inc-2' })],
  ])('finds %s', async (_, change) => {
    expect(await run(['x.json'], exported(change))).toBe(1);
    expect(out).toMatch(/^ALTERED/);
  });

  test('finds a story cut off before its close-out by a head from elsewhere, also by its first characters', async () => {
    const { head } = closedStory();
    const short = exported((file) => file.events.splice(5));
    expect(await run(['x.json', '--head', head], short)).toBe(1);
    expect(await run(['x.json', '--head', head.slice(0, 12)], short)).toBe(1);
    expect(await run(['x.json', '--head', head.slice(0, 12).toUpperCase()], exported())).toBe(0);
  });

  test('another key looks like another story', async () => {
    const env = { PATHMEDIC_APPROVAL_KEY: approvalKey.toUpperCase() };
    expect(await run(['x.json'], exported(), env)).toBe(1);
    expect(out).toContain('another key');
  });

  test('answers as JSON', async () => {
    expect(await run(['--json', 'x.json'], exported())).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ incidentId: 'inc-1', result: 'intact', uncovered: 2 });
  });

  test.each([
    ['no file', [], '{}', 'exactly one FILE'],
    ['an unknown option', ['x.json', '--fix'], '{}', '--fix'],
    ['a head that is none', ['x.json', '--head', 'xyz'], '{}', 'hexadecimal'],
    ['a file that is not there', ['gone.json'], '{}', 'gone.json cannot be read'],
    ['text', ['x.json'], 'text', 'not JSON'],
    ['another document', ['x.json'], '{"format":"x"}', 'no export of an incident'],
  ])('cannot use %s', async (_, args, file, message) => {
    expect(await run(args, file)).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe('');
  });

  test('needs something to compare with, and the key, from its variable or its file', async () => {
    expect(
      await run(
        ['x.json'],
        exported((file) => file.events.splice(5)),
      ),
    ).toBe(2);
    expect(out).toContain('--head');
    expect(await run(['x.json'], exported(), { PATHMEDIC_ROLE: 'executor' })).toBe(2);
    expect(err).toContain('PATHMEDIC_APPROVAL_KEY is required');
    expect(await run(['--help'], '', {})).toBe(0);
  });
});
