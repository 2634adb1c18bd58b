import { type Clock, sleep } from '@pathmedic/shared/runtime/clock.ts';
import type { Fault, Faults } from '../fault.ts';
import type { RateLimiter } from '../rate-limit.ts';
import { errorBody, SlackCallError } from '../slack-error.ts';
import type { Token, Workspace } from '../workspace.ts';
import { type HttpAnswer, type HttpCall, jsonAnswer, readCall } from './http-call.ts';
import type { Method } from './method.ts';

/** One call as it was received and answered, for tests to look at. */
export interface RecordedCall {
  readonly atMs: number;
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** `ok`, an error code, `http 503` or `dropped`. */
  readonly answer: string;
  /** Whether the method ran and changed what it changes. */
  readonly effect: 'none' | 'done';
}

interface WebApiDependencies {
  readonly workspace: Workspace;
  readonly methods: readonly Method[];
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly record: (call: RecordedCall) => void;
}

export interface WebApi {
  /** Answers `/api/<name>`. */
  handle(name: string, call: HttpCall): Promise<HttpAnswer>;
}

/** @throws SlackCallError `not_authed`, `invalid_auth`, `token_revoked`, `not_allowed_token_type`, `missing_scope` */
function authorised(workspace: Workspace, method: Method, value: string | undefined): Token {
  if (value === undefined || value === '') throw new SlackCallError('not_authed');
  const token = workspace.token(value);
  if (!token) throw new SlackCallError('invalid_auth');
  if (token.state === 'revoked') throw new SlackCallError('token_revoked');
  if (token.kind !== method.tokenKind) throw new SlackCallError('not_allowed_token_type');
  if (method.scope !== undefined && !token.scopes.includes(method.scope)) {
    throw new SlackCallError('missing_scope', [], { needed: method.scope, provided: token.scopes.join(',') });
  }
  return token;
}

function rateLimited(retryAfterSeconds: number): HttpAnswer {
  return jsonAnswer(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(retryAfterSeconds) });
}

/** How a fault that needs no effect is answered; undefined if the call is to run first. */
function answerInstead(fault: Fault | undefined): HttpAnswer | undefined {
  switch (fault?.kind) {
    case 'rate-limited':
      return rateLimited(fault.retryAfterSeconds);
    case 'refused':
      return jsonAnswer(200, { ok: false, error: fault.error });
    case 'server-error':
      return fault.effect === 'none'
        ? jsonAnswer(fault.status, { ok: false, error: 'internal_error' })
        : undefined;
    case 'connection-dropped':
      return fault.effect === 'none' ? { kind: 'dropped' } : undefined;
    default:
      return undefined;
  }
}

/** How a fault spoils the answer of a call that ran. */
function answerAfter(fault: Fault | undefined, answer: HttpAnswer): HttpAnswer {
  if (fault?.kind === 'server-error') return jsonAnswer(fault.status, { ok: false, error: 'internal_error' });
  if (fault?.kind === 'connection-dropped') return { kind: 'dropped' };
  return answer;
}

function describe(answer: HttpAnswer): string {
  if (answer.kind !== 'answer') return 'dropped';
  if (answer.status !== 200) return `http ${answer.status}`;
  const body: unknown = JSON.parse(answer.body);
  const error = typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined;
  return typeof error === 'string' ? error : 'ok';
}

/** Authenticates, limits, spoils and runs Web API calls. */
export function createWebApi(dependencies: WebApiDependencies): WebApi {
  const { workspace, limiter, faults, clock, record } = dependencies;
  const methods = new Map(dependencies.methods.map((method) => [method.name, method]));

  const channelIdOf = (args: Readonly<Record<string, unknown>>): string | undefined =>
    typeof args.channel === 'string' ? (workspace.channel(args.channel)?.id ?? args.channel) : undefined;

  const run = (method: Method, call: HttpCall): { answer: HttpAnswer; effect: RecordedCall['effect'] } => {
    try {
      const { token: value, args, warnings } = readCall(call);
      const token = authorised(workspace, method, value);
      const scopes = {
        'x-oauth-scopes': token.scopes.join(','),
        ...(method.scope !== undefined && { 'x-accepted-oauth-scopes': method.scope }),
      };
      const decision = limiter.take(method.name, channelIdOf(args));
      if (!decision.allowed) return { answer: rateLimited(decision.retryAfterSeconds), effect: 'none' };
      try {
        const body = method.call(args, { token, host: call.headers.host ?? '' });
        const warned = warnings.length > 0 && {
          warning: warnings.join(','),
          response_metadata: { warnings },
        };
        return { answer: jsonAnswer(200, { ok: true, ...warned, ...body }, scopes), effect: 'done' };
      } catch (error) {
        if (!(error instanceof SlackCallError)) throw error;
        return { answer: jsonAnswer(200, errorBody(error), scopes), effect: 'none' };
      }
    } catch (error) {
      if (!(error instanceof SlackCallError)) throw error;
      return { answer: jsonAnswer(200, errorBody(error)), effect: 'none' };
    }
  };

  const argsOf = (call: HttpCall): Readonly<Record<string, unknown>> => {
    try {
      return readCall(call).args;
    } catch {
      return {};
    }
  };

  return {
    async handle(name, call) {
      const method = methods.get(name);
      if (!method)
        return jsonAnswer(200, errorBody(new SlackCallError('unknown_method', [], { req_method: name })));
      const args = argsOf(call);
      const atMs = clock.nowMs();
      const fault = faults.take(name, channelIdOf(args));
      const finish = (answer: HttpAnswer, effect: RecordedCall['effect']): HttpAnswer => {
        record({ atMs, method: name, args, answer: describe(answer), effect });
        return answer;
      };
      const instead = answerInstead(fault);
      if (instead) return finish(instead, 'none');
      if (fault?.kind === 'delayed' && fault.effect === 'after-delay') await sleep(clock, fault.delayMs);
      const { answer, effect } = run(method, call);
      if (fault?.kind === 'delayed' && fault.effect === 'before-delay') await sleep(clock, fault.delayMs);
      return finish(answerAfter(fault, answer), effect);
    },
  };
}
