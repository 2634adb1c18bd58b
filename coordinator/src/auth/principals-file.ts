import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { Principal } from '../domain/principal.ts';

export type ParsedPrincipals =
  | { ok: true; principals: Principal[] }
  /** Every problem at once, each with its place in the file; values that could be secrets are not repeated. */
  | { ok: false; problems: string[] };

const PrincipalsFile = z.union([
  z.array(z.unknown()),
  z.strictObject({ principals: z.array(z.unknown()) }).transform((file) => file.principals),
]);

/** Parses the principals file (YAML, of which JSON is a part): a list of principals, bare or under `principals:`. */
export function parsePrincipalsFile(text: string): ParsedPrincipals {
  let content: unknown;
  try {
    content = parseYaml(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable';
    return { ok: false, problems: [`the file is neither YAML nor JSON: ${why}`] };
  }
  const list = PrincipalsFile.safeParse(content ?? []);
  if (!list.success) return { ok: false, problems: ['the file must hold a list of principals'] };
  const principals: Principal[] = [];
  const problems: string[] = [];
  for (const [index, entry] of list.data.entries()) {
    const parsed = Principal.safeParse(entry);
    if (parsed.success) principals.push(withLowerCaseHash(parsed.data));
    else problems.push(...parsed.error.issues.map((issue) => problemOf(index, issue)));
  }
  problems.push(...duplicatesOf(principals), ...badHashesOf(principals));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, principals };
}

function problemOf(index: number, issue: z.core.$ZodIssue): string {
  const place = [`[${index}]`, ...issue.path.map(String)].join('.');
  return `${place}: ${issue.message}`;
}

function withLowerCaseHash(principal: Principal): Principal {
  const { consoleTokenSha256: hash, ...rest } = principal;
  return hash === undefined ? rest : { ...rest, consoleTokenSha256: hash.toLowerCase() };
}

function duplicatesOf(principals: readonly Principal[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const { name, slack, consoleTokenSha256 } of principals) {
    const identities: [string, string | undefined][] = [
      ['the name', name],
      ['a Slack identity', slack === undefined ? undefined : `slack ${slack.team}/${slack.user}`],
      ['a console token', consoleTokenSha256 === undefined ? undefined : `token ${consoleTokenSha256}`],
    ];
    for (const [what, identity] of identities) {
      if (identity === undefined) continue;
      const other = seen.get(identity);
      // Two principals behind one identity would let one person be two people.
      if (other !== undefined) problems.push(`${name}: has ${what} that ${other} has already`);
      else seen.set(identity, name);
    }
  }
  return problems;
}

function badHashesOf(principals: readonly Principal[]): string[] {
  return principals.flatMap(({ name, consoleTokenSha256: hash }) =>
    hash === undefined || /^[0-9a-f]{64}$/.test(hash)
      ? []
      : [`${name}: consoleTokenSha256 must be 64 hexadecimal digits (printf %s TOKEN | sha256sum)`],
  );
}
