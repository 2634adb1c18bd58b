import { createSlack } from './adapters/slack/slack.ts';
import type { CoordinatorParts } from './coordinator-parts.ts';
import type { OnSlackRequest } from './http/http-deps.ts';
import { createDelivery } from './pipeline/deliver.ts';
import { createDeliverOnWake, type DeliverOnWake } from './pipeline/deliver-on-wake.ts';
import { createClickHandler, type HandleSlackDeps } from './pipeline/handle-click.ts';
import { createReplyHandler } from './pipeline/handle-reply.ts';
import { deriveKey } from './secret-keys.ts';

/** Slack as the coordinator uses it. */
export interface ConnectedSlack {
  /** Delivery for one time as leader: it remembers what it sent, and nobody else sends meanwhile. */
  freshDelivery(mayTell: () => boolean): DeliverOnWake;
  onSlackRequest: OnSlackRequest;
  close(): Promise<void>;
}

/** Null when Slack is not configured: then only the console tells. Starts at once, also while Slack is down. */
export function connectSlack(parts: CoordinatorParts): ConnectedSlack | null {
  const { config, clock, logger, store, queue, principals } = parts;
  const { PATHMEDIC_SLACK_CHANNEL: channel, PATHMEDIC_SLACK_BOT_TOKEN: botToken } = config;
  if (channel === undefined || botToken === undefined) return null;
  const slack = createSlack(
    { channel, botToken, appToken: config.PATHMEDIC_SLACK_APP_TOKEN, apiUrl: config.PATHMEDIC_SLACK_API_URL },
    {
      clock,
      random: Math.random,
      log: logger,
      onClick: (click) => onClick(click),
      onReply: (reply) => onReply(reply),
    },
  );
  const people: HandleSlackDeps = {
    store,
    queue,
    people: principals,
    conversation: slack.conversation,
    approvalKey: config.PATHMEDIC_APPROVAL_KEY,
    auditKey: deriveKey(config.PATHMEDIC_APPROVAL_KEY, 'audit'),
    clusterName: config.PATHMEDIC_CLUSTER_NAME,
    log: logger,
  };
  const onClick = createClickHandler(people);
  const onReply = createReplyHandler(people);
  slack.start();
  return {
    freshDelivery(mayTell) {
      const delivery = createDelivery({
        store,
        conversation: slack.conversation,
        clock,
        log: logger,
        publicUrl: config.PATHMEDIC_PUBLIC_URL,
        approvers: () => principals.approvers,
        random: Math.random,
        mayTell,
      });
      return createDeliverOnWake({ delivery, queue, clock, log: logger });
    },
    onSlackRequest: slack.onSlackRequest,
    close: () => slack.close(),
  };
}
