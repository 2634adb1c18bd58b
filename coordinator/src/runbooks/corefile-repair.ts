import { checkCorefile, type CorefileExpectations, type CorefileProblem } from '../actions/corefile-check.ts';
import { type CorefileDirective, parseCorefile } from '../actions/corefile-parse.ts';
import { indentMismatches } from './corefile-braces.ts';
import {
  braceCandidates,
  type Candidate,
  ESSENTIAL,
  pluginTypo,
  propertyTypo,
  removals,
  restored,
  valueTypo,
  wrongZone,
} from './corefile-candidates.ts';
import type { Complaint } from './corefile-complaint.ts';
import { crampedBraces, oneEdit } from './corefile-one-edit.ts';

/** What is known about a broken Corefile. */
export interface BrokenCorefile {
  text: string;
  complaints: readonly Complaint[];
  /** The text as last applied, where it differs and is good; null when there is none. */
  lastGood: string | null;
  expect: CorefileExpectations;
}

export type Repair =
  | { ok: true; corefile: string; change: string; certainty: Candidate['certainty'] }
  | { ok: false; why: string };

function directivesOf(text: string, name: string): CorefileDirective[] {
  return parseCorefile(text).blocks.flatMap(({ directives }) =>
    directives.filter((one) => one.name === name),
  );
}

/** Among good candidates the one whose braces stand where their openers say; null when two are equally likely. */
function likeliest(
  candidates: readonly Candidate[],
  isGood: (candidate: Candidate) => boolean,
): Candidate | null {
  const good = candidates
    .filter(isGood)
    .map((candidate) => ({ candidate, mismatches: indentMismatches(candidate.text) }))
    .toSorted((a, b) => a.mismatches - b.mismatches);
  const [best, next] = good;
  if (best === undefined) return null;
  const tied =
    next !== undefined && next.mismatches === best.mismatches && next.candidate.text !== best.candidate.text;
  return tied ? null : best.candidate;
}

/** CoreDNS's own complaints as problems at a line, for where our checks do not see them. */
function complained({ complaints, text }: BrokenCorefile): CorefileProblem[] {
  return complaints.flatMap(({ line, plugin, text: words }): CorefileProblem[] => {
    if (line !== null) return [{ kind: 'arguments', line, text: words }];
    const [only, second] = directivesOf(text, plugin);
    const clear = only !== undefined && second === undefined;
    return clear ? [{ kind: 'arguments', line: only.line, text: words }] : [];
  });
}

function candidatesFor(broken: BrokenCorefile, problem: CorefileProblem): Candidate[] {
  const { text, lastGood, expect } = broken;
  const { line } = problem;
  const back = restored(text, lastGood, [line]);
  const typos = [...pluginTypo(text, line), ...propertyTypo(text, line), ...valueTypo(text, line)];
  switch (problem.kind) {
    case 'zone-missing':
      return [...wrongZone(text, expect.zone), ...restored(text, lastGood, [])];
    case 'self-forward':
      return back;
    case 'syntax':
    case 'unknown-plugin':
    case 'unknown-property':
    case 'arguments':
    case 'import':
    case 'duplicate-server':
      return [...typos, ...back, ...removals(text, line)];
  }
}

/**
 * Whether nothing that CoreDNS cannot do without goes missing. Where lines were taken out or put in another block all of
 * it has to be there: what looks like a stray brace may be what is left of a lost line.
 */
function keepsEssentials(before: string, { text, certainty }: Candidate): boolean {
  return ESSENTIAL.every((plugin) => {
    const needed =
      certainty === 'removed' || certainty === 'brace' || directivesOf(before, plugin).length > 0;
    return !needed || directivesOf(text, plugin).length > 0;
  });
}

/**
 * The smallest change that makes a refused Corefile good again, or why there is none: a word that is one edit away from
 * the one that belongs there; a brace; the changed lines put back as last applied; the lines that CoreDNS refuses taken
 * out, if what is left still serves the cluster zone. Whatever comes out passes every check.
 */
export function repairCorefile(broken: BrokenCorefile): Repair {
  const isGood = (candidate: Candidate) =>
    checkCorefile(candidate.text, broken.expect).length === 0 && keepsEssentials(broken.text, candidate);
  const own = checkCorefile(broken.text, broken.expect);
  const foreign = ownPlugin(broken, own);
  if (foreign !== null) return { ok: false, why: foreign };
  const loop = broken.complaints.some(({ kind }) => kind === 'loop');
  if (own.length === 0 && loop) return repairLoop(broken, isGood);
  const problems = own.length > 0 ? own : complained(broken);
  const [first] = problems;
  const changed = own.length > 0 ? step(broken, problems, isGood) : withoutRefused(broken, problems, isGood);
  const repaired = changed ?? restored(broken.text, broken.lastGood, []).find(isGood) ?? null;
  if (repaired !== null) return done(repaired);
  if (first === undefined) return { ok: false, why: 'nothing in the file explains what CoreDNS refuses' };
  return { ok: false, why: `line ${first.line}: ${first.text}; no small change makes the file good` };
}

/** CoreDNS reads from the top: a plugin above the line it refuses is one it knows, though it is not one of the usual ones. */
function ownPlugin({ complaints }: BrokenCorefile, own: readonly CorefileProblem[]): string | null {
  const refused = complaints.find(({ kind }) => kind === 'parse')?.line ?? 0;
  const later = complaints.length > 0 && complaints.every(({ kind }) => kind !== 'parse');
  const known = own.find(({ kind, line }) => kind === 'unknown-plugin' && (later || line < refused));
  return known === undefined
    ? null
    : `line ${known.line} has a plugin of this CoreDNS build that is not known here, so the file cannot be checked`;
}

/** What only CoreDNS sees cannot be checked here: then nothing is guessed, the line is put back or taken out. */
function withoutRefused(
  { text, lastGood }: BrokenCorefile,
  problems: readonly CorefileProblem[],
  isGood: (candidate: Candidate) => boolean,
): Candidate | null {
  const candidates = problems.flatMap(({ line }) => [
    ...restored(text, lastGood, [line]),
    ...removals(text, line),
  ]);
  return candidates.find(isGood) ?? null;
}

/** The file is well formed but leads back to CoreDNS: only an earlier upstream can be put back. */
function repairLoop({ text, lastGood }: BrokenCorefile, isGood: (candidate: Candidate) => boolean): Repair {
  const lines = directivesOf(text, 'forward').map(({ line }) => line);
  const back = restored(text, lastGood, lines).find(isGood);
  if (back !== undefined) return done(back);
  const why =
    'CoreDNS forwards to itself, by the resolv.conf of its node or by an address that leads back; which upstream is right cannot be read from the cluster';
  return { ok: false, why };
}

/** One change, or a second one where the first brings the next problem to light. */
function step(
  broken: BrokenCorefile,
  problems: readonly CorefileProblem[],
  isGood: (candidate: Candidate) => boolean,
  depth = 0,
): Candidate | null {
  const [first] = problems;
  if (first === undefined) return null;
  const candidates = candidatesFor(broken, first);
  const known = candidates.find((one) => one.certainty !== 'removed' && isGood(one));
  const slipped = slip(broken, problems, isGood);
  const likely = slipped === undefined || slipped.text === known?.text ? known : slipped;
  const found = likely ?? rebraced(broken, problems, isGood) ?? candidates.find(isGood);
  if (found !== undefined) return found;
  if (depth > 0) return null;
  for (const candidate of candidates) {
    const rest = checkCorefile(candidate.text, broken.expect);
    if (rest.length === 0 || rest.length >= problems.length + 1) continue;
    const second = step({ ...broken, text: candidate.text, complaints: [] }, rest, isGood, depth + 1);
    if (second !== null) return { ...second, change: `${candidate.change}; ${lowerFirst(second.change)}` };
  }
  return null;
}

/** Braces put right, where the problems look like it: a wrong brace shows as names in places where they are not known. */
function rebraced(
  { text }: BrokenCorefile,
  problems: readonly CorefileProblem[],
  isGood: (candidate: Candidate) => boolean,
): Candidate | undefined {
  const kinds = ['syntax', 'unknown-property', 'unknown-plugin', 'arguments'];
  if (!problems.some(({ kind }) => kinds.includes(kind))) return undefined;
  return likeliest(braceCandidates(text), isGood) ?? undefined;
}

/** A slip in one of the lines that the problems name, or where braces are cramped. */
function slip(
  { text }: BrokenCorefile,
  problems: readonly CorefileProblem[],
  isGood: (candidate: Candidate) => boolean,
): Candidate | undefined {
  const named = problems.map(({ line }) => line).filter((line) => line > 0);
  const lines = [...new Set([...named.slice(0, 2), ...crampedBraces(text).slice(0, 4)])];
  for (const line of lines) {
    const candidate = oneEdit(text, line, isGood);
    if (candidate !== null) return candidate;
  }
  return undefined;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function done({ text, change, certainty }: Candidate): Repair {
  return { ok: true, corefile: text, change, certainty };
}
