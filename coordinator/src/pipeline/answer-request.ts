import type { EventBody, EventOf } from '../domain/incident-event.ts';
import type { Incident } from '../domain/incident.ts';
import type { AnswerDeps } from './answer-deps.ts';
import { proposeAsked } from './propose-asked.ts';
import { showLog } from './show-log.ts';

const maxLine = 500;

/** Does what a person asked for in the conversation: the answer, or the draft of the plan that was asked for. Writes nothing. */
export async function answerRequest(
  deps: AnswerDeps,
  incident: Incident,
  asked: Incident['asked'][number],
  nowMs: number,
): Promise<EventBody> {
  switch (asked.request.what) {
    case 'logs': {
      const { line, log } = await showLog(deps.cluster, asked.request.pod);
      return answerTo(asked.n, line, { what: 'log', lines: log });
    }
    case 'action': {
      const result = await proposeAsked(deps, incident, asked, nowMs);
      return result.ok
        ? { type: 'drafted', proposal: result.proposal, asked: asked.n }
        : answerTo(asked.n, result.why, { what: 'change', lines: result.change });
    }
  }
}

const maxQuoted = 80;

function answerTo(
  n: number,
  line: string,
  { what, lines }: NonNullable<EventOf<'answered'>['quoted']>,
): EventOf<'answered'> {
  const quoted = { what, lines: lines.slice(0, maxQuoted).map((text) => text.slice(0, maxLine)) };
  return {
    type: 'answered',
    lines: [line.slice(0, maxLine)],
    ...(lines.length === 0 ? {} : { quoted }),
    to: n,
  };
}
