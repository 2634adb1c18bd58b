import { parseArgs } from 'node:util';
import { loadConfig, renderConfigProblems } from '@pathmedic/shared/runtime/config.ts';
import { auditKeySettings } from '../config.ts';
import { checkAudit, type AnchoredHead, type AuditVerdict } from '../domain/audit-check.ts';
import { AuditExport } from '../domain/audit-export.ts';
import { countWords } from '../messages/count-words.ts';
import { deriveKey } from '../secret-keys.ts';

const help = `pathmedic audit FILE|- [--head HEX]... [--json]

Recomputes the audit chain of an incident's exported events (GET /v1/incidents/ID/audit.json) and says whether it matches
the heads that its close-outs recorded, and those given with --head (from the coordinator's log, or the first characters
that Slack shows). - reads from standard input.

The key is PATHMEDIC_APPROVAL_KEY, or the file named by PATHMEDIC_APPROVAL_KEY_FILE. Nothing else is read, and nothing is
connected to.

Exit codes: 0 nothing was altered, 1 altered (or another key), 2 the input cannot be used.
`;

/** What the command reads and writes. */
export interface AuditIo {
  env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or of standard input for `-`; rejects when it cannot be read. */
  read(file: string): Promise<string>;
  out(text: string): void;
  err(text: string): void;
}

/** `pathmedic audit`; resolves to the exit code. */
export async function audit(args: readonly string[], io: AuditIo): Promise<0 | 1 | 2> {
  const unusable = (message: string): 2 => {
    io.err(`${message}\n`);
    return 2;
  };
  const asked = readArguments(args);
  if (!asked.ok) return unusable(`${asked.problem}; see pathmedic audit --help`);
  if (asked.help) {
    io.out(help);
    return 0;
  }
  const key = readKey(io.env);
  if (!key.ok) return unusable(key.problem);
  const story = parseStory(
    await io.read(asked.file).catch((error: unknown) => readFailure(asked.file, error)),
  );
  if (!story.ok) return unusable(story.problem);
  const verdict = checkAudit(key.auditKey, story.story, asked.heads);
  if (asked.json) io.out(`${JSON.stringify({ incidentId: story.story.incidentId, ...verdict }, null, 2)}\n`);
  else io.out(verdictText(story.story, verdict));
  switch (verdict.result) {
    case 'intact':
      return 0;
    case 'altered':
      return 1;
    case 'nothing-to-compare':
      return 2;
  }
}

type Arguments =
  | { ok: true; help: true }
  | { ok: true; help: false; file: string; heads: string[]; json: boolean }
  | { ok: false; problem: string };

function readArguments(args: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        head: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { ok: true, help: true };
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0)
      return { ok: false, problem: 'exactly one FILE (or -) is needed' };
    const wrong = values.head.find((head) => !/^[0-9a-f]{8,64}$/i.test(head));
    if (wrong !== undefined)
      return { ok: false, problem: `--head ${wrong} is not 8 to 64 hexadecimal digits` };
    return { ok: true, help: false, file, heads: values.head, json: values.json };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

type Key = { ok: true; auditKey: string } | { ok: false; problem: string };

/** Only the key is looked at: the rest of a pod's environment is none of this command's business. */
function readKey(env: AuditIo['env']): Key {
  const names = Object.keys(auditKeySettings).flatMap((name) => [name, `${name}_FILE`]);
  const own = Object.fromEntries(
    names.map((name) => [name, env[name]]).filter(([, value]) => value !== undefined),
  );
  const loaded = loadConfig({ schema: auditKeySettings, env: own });
  if (!loaded.ok) return { ok: false, problem: renderConfigProblems(loaded.problems).trimEnd() };
  return { ok: true, auditKey: deriveKey(loaded.config.PATHMEDIC_APPROVAL_KEY, 'audit') };
}

interface Unread {
  unread: string;
}

function readFailure(file: string, error: unknown): Unread {
  const why = error instanceof Error ? error.message : String(error);
  return { unread: `${file === '-' ? 'standard input' : file} cannot be read: ${why}` };
}

function parseStory(
  text: string | Unread,
): { ok: true; story: AuditExport } | { ok: false; problem: string } {
  if (typeof text !== 'string') return { ok: false, problem: text.unread };
  const wrong = 'this is no export of an incident (GET /v1/incidents/ID/audit.json)';
  try {
    const parsed = AuditExport.safeParse(JSON.parse(text));
    if (parsed.success) return { ok: true, story: parsed.data };
    const [issue] = parsed.error.issues;
    return {
      ok: false,
      problem: `${wrong}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`,
    };
  } catch {
    return { ok: false, problem: `${wrong}: it is not JSON` };
  }
}

function verdictText({ incidentId, events }: AuditExport, verdict: AuditVerdict): string {
  const what = `${incidentId}, ${events.length} events`;
  switch (verdict.result) {
    case 'intact': {
      const rest =
        verdict.uncovered === 0
          ? []
          : [
              `Covered by no head: the last ${countWords(verdict.uncovered, 'event')} (a close-out does not cover itself).`,
            ];
      return text(`Not altered: ${what}.`, ...verdict.anchors.flatMap(anchorLine), ...rest);
    }
    case 'altered':
      return text(
        `ALTERED, or chained with another key: ${what}.`,
        ...verdict.problems,
        ...verdict.anchors.flatMap(anchorLine),
      );
    case 'nothing-to-compare':
      return text(`Nothing to compare with: ${what}, none of which closes it. Give a head with --head.`);
  }
}

function anchorLine({ head, source, events }: AnchoredHead): string[] {
  if (events === null) return [];
  const where = source === 'closed' ? 'as the close-out recorded' : 'as given';
  return [`The head over the first ${events} events is ${head.slice(0, 12)}, ${where}.`];
}

function text(first: string, ...rest: string[]): string {
  return `${[first, ...rest.map((line) => `  ${line}`)].join('\n')}\n`;
}
