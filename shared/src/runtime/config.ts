import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { nearestName } from './nearest-name.ts';

/** One setting: how its text is parsed and how it is explained. An absent or empty variable reaches `schema` as undefined. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  schema: S;
  example: string;
  description: string;
  /** How the default reads in `--help`, where its value is not plain text. */
  defaultText?: string;
  /** May also be given as `NAME_FILE`, the path of a mounted file; its value never appears in a message. */
  secret?: boolean;
}

/** All settings of a process by the full name of their environment variable (`PATHMEDIC_...`). */
export type Settings = Record<string, Setting>;

/** Parsed values by variable name. */
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: z.infer<S[K]['schema']> };

/** What is wrong with one variable, and what a right value looks like. */
export interface ConfigProblem {
  name: string;
  problem: string;
  example: string | null;
}

export type LoadedConfig<S extends Settings> =
  | { ok: true; config: ConfigOf<S> }
  | { ok: false; problems: ConfigProblem[] };

export interface LoadConfigOptions<S extends Settings> {
  schema: S;
  env: Readonly<Record<string, string | undefined>>;
  /** Further `PATHMEDIC_*` names that another process of the same pod reads. */
  allow?: readonly string[];
  /** Reads a mounted secret; throws when it cannot. */
  readFile?: (path: string) => string;
}

const prefix = 'PATHMEDIC_';

// What the kubelet injects for a Service named pathmedic or pathmedic-*:
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
const injectedForService =
  /^PATHMEDIC_(.*_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** Whether Kubernetes itself may have put this variable there for a Service called `pathmedic` or `pathmedic-*`. */
export function isServiceVariable(name: string): boolean {
  return injectedForService.test(name);
}

type RawValue = { ok: true; text: string | undefined } | { ok: false; name: string; problem: string };

function rawValue(
  name: string,
  setting: Setting,
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): RawValue {
  const direct = env[name] === '' ? undefined : env[name];
  const path = setting.secret ? env[`${name}_FILE`] : undefined;
  if (!path) return { ok: true, text: direct };
  if (direct !== undefined) {
    return { ok: false, name, problem: `is given twice: as ${name} and as ${name}_FILE; keep one` };
  }
  try {
    return { ok: true, text: readFile(path).replace(/\r?\n$/, '') || undefined };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { ok: false, name: `${name}_FILE`, problem: `cannot be read: ${path} (${reason})` };
  }
}

function describeIssues(error: z.ZodError, setting: Setting, text: string | undefined): string {
  if (text === undefined) return 'is required';
  const message = error.issues
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message))
    .join('; ');
  // A message of a setting's own may quote the value, or a part of it; those about its length cannot.
  const aboutLength = error.issues.every((issue) => issue.code === 'too_small' || issue.code === 'too_big');
  if (setting.secret) return aboutLength ? message : 'is not valid (value not shown)';
  return `${message} (got ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)})`;
}

function unknownNames<S extends Settings>(options: LoadConfigOptions<S>): ConfigProblem[] {
  const known = new Set<string>(options.allow ?? []);
  for (const [name, setting] of Object.entries(options.schema)) {
    known.add(name);
    if (setting.secret) known.add(`${name}_FILE`);
  }
  const problems: ConfigProblem[] = [];
  for (const name of Object.keys(options.env)) {
    if (!name.startsWith(prefix) || known.has(name) || isServiceVariable(name)) continue;
    const nearest = nearestName(name, known);
    problems.push({
      name,
      problem: nearest ? `is not a known setting; did you mean ${nearest}?` : 'is not a known setting',
      example: null,
    });
  }
  return problems;
}

/**
 * Parses the environment against `schema`. Reports every problem at once: values that do not parse, required ones
 * that are absent, secrets that cannot be read, and unknown `PATHMEDIC_*` names (a typo must not become a default).
 */
export function loadConfig<S extends Settings>(options: LoadConfigOptions<S>): LoadedConfig<S> {
  const readFile = options.readFile ?? ((path: string) => readFileSync(path, 'utf8'));
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(options.schema)) {
    if (isServiceVariable(name)) {
      throw new Error(`setting ${name} has a name that Kubernetes injects for a Service; rename it`);
    }
    const raw = rawValue(name, setting, options.env, readFile);
    if (!raw.ok) {
      problems.push({ name: raw.name, problem: raw.problem, example: setting.example });
      continue;
    }
    const parsed = setting.schema.safeParse(raw.text);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push({
        name,
        problem: describeIssues(parsed.error, setting, raw.text),
        example: setting.example,
      });
  }
  problems.push(...unknownNames(options));
  if (problems.length > 0) return { ok: false, problems };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the loop put each setting's own parsed value under its name
  return { ok: true, config: values as ConfigOf<S> };
}

/** One readable line a problem, with an example of a right value. */
export function renderConfigProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(
    (entry) =>
      `  ${entry.name} ${entry.problem}${entry.example === null ? '' : `; example: ${entry.example}`}`,
  );
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${count} in the configuration:\n${lines.join('\n')}\n`;
}

/** The settings as text for `--help`: name, what it is for, default or required, example. */
export function renderSettings(schema: Settings): string {
  return Object.entries(schema)
    .map(([name, setting]) => {
      const absent = setting.schema.safeParse(undefined);
      const need = !absent.success
        ? 'required'
        : absent.data === undefined
          ? 'optional'
          : `default: ${setting.secret ? '(not shown)' : (setting.defaultText ?? renderDefault(absent.data))}`;
      const file = setting.secret ? `; or ${name}_FILE, the path of a mounted file` : '';
      return `  ${name}\n      ${setting.description}\n      ${need}; example: ${setting.example}${file}`;
    })
    .join('\n');
}

function renderDefault(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '(empty)' : value.map(String).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export interface ConfigExit {
  write(text: string): void;
  exit(code: number): never;
}

const processExit: ConfigExit = {
  write: (text) => void process.stderr.write(text),
  exit: (code) => process.exit(code),
};

/** The configuration, or the list of problems on stderr and exit code 2. */
export function exitOnBadConfig<C>(
  loaded: { ok: true; config: C } | { ok: false; problems: ConfigProblem[] },
  edge: ConfigExit = processExit,
): C {
  if (loaded.ok) return loaded.config;
  edge.write(renderConfigProblems(loaded.problems));
  return edge.exit(2);
}
