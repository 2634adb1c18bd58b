import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import type { Logger } from '@pathmedic/shared/runtime/logger.ts';
import type { Click, Reply } from '../../ports/conversation.ts';
import { readPayload } from './payload.ts';

/** Who the app is, from `auth.test`. */
export interface SlackIdentity {
  team: string;
  /** The app's own user. */
  botUser: string;
}

export interface IncomingDeps {
  channel: string;
  clock: Pick<Clock, 'monotonicMs'>;
  log: Logger;
  /** Rejects when Slack cannot be asked. */
  identity: () => Promise<SlackIdentity>;
  onClick: (click: Click) => Promise<void>;
  onReply: (reply: Reply) => Promise<void>;
}

/** What comes from Slack by either transport, after it was acknowledged. */
export interface Incoming {
  /** Takes a payload; what it asks for happens behind the caller's back, each delivery once. */
  accept(payload: unknown): void;
  /** Resolves when everything that was accepted has been dealt with. */
  idle(): Promise<void>;
}

const rememberForMs = 15 * 60_000;
const maxRemembered = 5000;

export function createIncoming(deps: IncomingDeps): Incoming {
  const { log, clock } = deps;
  const running = new Set<Promise<void>>();
  /** Deliveries by id with the time they came; the order is that of coming. */
  const seen = new Map<string, number>();

  /** True the first time; a redelivery or a replay within the signature's life is recognised. */
  function first(id: string): boolean {
    const nowMs = clock.monotonicMs();
    for (const [known, atMs] of seen) {
      if (nowMs - atMs < rememberForMs && seen.size < maxRemembered) break;
      seen.delete(known);
    }
    if (seen.has(id)) return false;
    seen.set(id, nowMs);
    return true;
  }

  async function handle(payload: unknown): Promise<void> {
    const read = readPayload(payload);
    if (read.kind === 'nothing') return;
    const { team, botUser } = await deps.identity();
    if (read.teams.some((named) => named !== team)) {
      log.warn({ teams: read.teams, kind: read.kind }, 'somebody of another Slack team was not listened to');
      return;
    }
    const { channel, user } = read.kind === 'click' ? read.click : read.reply;
    if (channel !== deps.channel || user === botUser) return;
    if (!first(read.id)) {
      log.info({ kind: read.kind }, 'a delivery of Slack came twice; the second one does nothing');
      return;
    }
    await (read.kind === 'click' ? deps.onClick(read.click) : deps.onReply(read.reply));
  }

  return {
    accept(payload) {
      const work = handle(payload)
        .catch((error: unknown) => log.error({ err: error }, 'what came from Slack could not be dealt with'))
        .finally(() => running.delete(work));
      running.add(work);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
