import type { z } from 'zod';
import type { Token } from '../workspace.ts';
import { parseArguments } from './arguments.ts';

/** What a method knows about its caller. */
export interface Caller {
  readonly token: Token;
  /** The `Host` the client used: it can reach the stand-in there. */
  readonly host: string;
}

/** One Web API method. `call` returns the body without `ok`. */
export interface Method {
  readonly name: string;
  readonly tokenKind: Token['kind'];
  readonly scope: string | undefined;
  /** @throws SlackCallError */
  call(rawArguments: Readonly<Record<string, unknown>>, caller: Caller): Record<string, unknown>;
}

/** Joins a method to the schema of its arguments. */
export function defineMethod<A>(
  description: Omit<Method, 'call'> & {
    readonly args: z.ZodType<A>;
    run(args: A, caller: Caller): Record<string, unknown>;
  },
): Method {
  const { name, tokenKind, scope, args, run } = description;
  return { name, tokenKind, scope, call: (raw, caller) => run(parseArguments(args, raw), caller) };
}
