import { defineErrors } from '@pathmedic/shared/runtime/errors.ts';

/** What the coordinator's API can answer besides what any of our servers can (`shared/runtime/http-errors.ts`). */
export const apiError = defineErrors({
  WRONG_TOKEN: { status: 401, title: 'That token is not known' },
  SESSION_OVER: { status: 401, title: 'Log in to go on' },
  AGENT_TOKEN_REFUSED: { status: 401, title: 'The API server does not vouch for this token' },
  SLACK_SIGNATURE: { status: 401, title: 'The request is not signed by Slack' },
  CROSS_SITE: { status: 403, title: 'Only the console itself may send this' },
  NOT_AN_APPROVER: { status: 403, title: 'Only approvers may do that' },
  NOT_AN_AGENT: { status: 403, title: 'This service account or pod is not an agent' },
  AGENT_MISMATCH: { status: 403, title: 'The report says it comes from another pod or node than its token' },
  INCIDENT_NOT_FOUND: { status: 404, title: 'There is no such incident (any more)' },
  DECISION_REFUSED: { status: 409, title: 'The decision was not taken' },
  BUSY: { status: 409, title: 'Too much happens in this incident right now; try again' },
  PAUSE_NOT_LIFTED: { status: 409, title: 'The pause was not lifted' },
  NOT_LEADING: { status: 421, title: 'Another replica takes reports' },
  TOO_MANY_LOGINS: { status: 429, title: 'Too many wrong tokens; wait a moment' },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'Redis does not answer; whether anything was stored is not known',
  },
  AGENT_REVIEW_UNAVAILABLE: { status: 503, title: 'The API server cannot vouch for tokens right now' },
  NO_PLAN_YET: { status: 503, title: 'There is no plan for this agent yet' },
  OVERLOADED: { status: 503, title: 'More reports than can be taken right now' },
  TOO_MANY_STREAMS: { status: 503, title: 'Too many pages are open' },
  CONSOLE_NOT_BUILT: { status: 503, title: 'The console is not part of this build; run npm run build' },
  STORE_FULL: { status: 507, title: 'The store is full' },
});
