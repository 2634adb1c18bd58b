import type { RequestInfo } from './request-info.ts';

/** What happens to a matching request. */
export type InjectedFault =
  /** The request is handled only after this time. */
  | { type: 'delay'; delayMs: number }
  /** The connection dies before the request is handled: no effect. */
  | { type: 'drop-request' }
  /** The request takes effect and then the connection dies: a lost reply. */
  | { type: 'drop-reply' }
  /** Answered with a Status and not handled. */
  | { type: 'status'; code: 429 | 500 | 503 | 504; retryAfterSeconds?: number; message?: string }
  /** Each event of a watch arrives this much later. */
  | { type: 'slow-watch'; delayMs: number }
  /** A watch stays open and stays silent, bookmarks included. */
  | { type: 'stalled-watch' };

export interface FaultRule {
  when(request: RequestInfo & { user: string }): boolean;
  fault: InjectedFault;
  /** How often it strikes; without it until removed. */
  times?: number;
}

export interface ArmedFault {
  remove(): void;
  /** How often it has struck. */
  hits(): number;
}

export interface FaultInjection {
  inject(rule: FaultRule): ArmedFault;
  /** Removes every rule. */
  clear(): void;
  /** Faults that strike this request, in the order of injection; counts them. */
  strike(request: RequestInfo & { user: string }): InjectedFault[];
}

export function createFaultInjection(): FaultInjection {
  const armed = new Set<{ rule: FaultRule; hits: number }>();
  return {
    inject(rule) {
      const entry = { rule, hits: 0 };
      armed.add(entry);
      return { remove: () => void armed.delete(entry), hits: () => entry.hits };
    },
    clear: () => armed.clear(),
    strike(request) {
      const struck: InjectedFault[] = [];
      for (const entry of armed) {
        if (!entry.rule.when(request)) continue;
        entry.hits += 1;
        struck.push(entry.rule.fault);
        if (entry.rule.times !== undefined && entry.hits >= entry.rule.times) armed.delete(entry);
      }
      return struck;
    },
  };
}
