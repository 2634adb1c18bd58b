import { describe, expect, it } from 'vitest';
import { parsePrincipalsFile } from './principals-file.ts';
import { createPrincipals } from './principals.ts';

const hash = 'a'.repeat(64);

describe('the principals file', () => {
  it('may be YAML or JSON, with or without a key around the list', () => {
    const yaml = `principals:\n  - name: ana\n    roles: [approver]\n    slack: { team: T1, user: U1 }\n`;
    const json = `[{"name":"ana","roles":["approver"],"slack":{"team":"T1","user":"U1"}}]`;
    expect(parsePrincipalsFile(yaml)).toEqual(parsePrincipalsFile(json));
    expect(parsePrincipalsFile(yaml)).toMatchObject({ ok: true, principals: [{ name: 'ana' }] });
    expect(parsePrincipalsFile('')).toEqual({ ok: true, principals: [] });
  });

  it('names every problem at once, with its place, and no secrets', () => {
    const text = `
- { name: Ana Maria, roles: [approver] }
- { name: ben, roles: [], colour: red }
- { name: cy, roles: [viewer], consoleTokenSha256: ${'g'.repeat(64)} }
`;
    const parsed = parsePrincipalsFile(text);
    expect(parsed.ok).toBe(false);
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['[0].name', '[1].roles', '[1]', 'cy']);
    expect(problems.join()).not.toContain('gggg');
    expect(parsePrincipalsFile('name: ana')).toMatchObject({ ok: false });
    expect(parsePrincipalsFile('[')).toMatchObject({ ok: false });
  });

  it('lets nobody be two people', () => {
    const text = `
- { name: ana, roles: [approver], slack: { team: T1, user: U1 }, consoleTokenSha256: ${hash} }
- { name: ana, roles: [viewer] }
- { name: ben, roles: [approver], slack: { team: T1, user: U1 } }
- { name: cy, roles: [approver], consoleTokenSha256: ${hash.toUpperCase()} }
`;
    expect(parsePrincipalsFile(text)).toEqual({
      ok: false,
      problems: [
        'ana: has the name that ana has already',
        'ben: has a Slack identity that ana has already',
        'cy: has a console token that ana has already',
      ],
    });
  });
});

it('a user of a foreign team is nobody, and an empty list lets nobody approve', () => {
  const principals = createPrincipals([
    { name: 'ana', roles: ['approver'], slack: { team: 'T1', user: 'U1' } },
  ]);
  expect(principals.bySlack({ team: 'T1', user: 'U1' })?.name).toBe('ana');
  expect(principals.bySlack({ team: 'T2', user: 'U1' })).toBeNull();
  expect(principals.byConsoleToken('')).toBeNull();
  expect(createPrincipals([]).approvers).toEqual([]);
});
