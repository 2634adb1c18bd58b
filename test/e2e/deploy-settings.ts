import { createHash, randomBytes } from 'node:crypto';
import type { KubernetesObject } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { slackChannel, slackIdentity } from './slack-pod.ts';

type Settings = KubernetesObject & Record<string, unknown>;

/** The Secrets and ConfigMaps that deploy/README.md has a user make: keys, who may approve, Slack, the cluster's name. */
export function settingsObjects(given: {
  namespace: string;
  canaryNamespace: string;
  approverToken: string;
  mode: 'advise' | 'remediate';
  publicUrl: string;
  slackApiUrl: string;
}): Settings[] {
  const { namespace } = given;
  const key = (): string => randomBytes(32).toString('hex');
  const redisPassword = key();
  const consoleTokenSha256 = createHash('sha256').update(given.approverToken).digest('hex');
  const ana = {
    name: 'ana',
    roles: ['viewer', 'approver'],
    consoleTokenSha256,
    slack: slackIdentity('ana'),
  };
  return [
    secret(namespace, 'pathmedic-keys', {
      'redis-password': redisPassword,
      'redis-auth.conf': `requirepass ${redisPassword}\n`,
      'approval-key': key(),
      'console-key': key(),
    }),
    secret(namespace, 'pathmedic-principals', { 'principals.yaml': stringify({ principals: [ana] }) }),
    secret(namespace, 'pathmedic-slack', {
      PATHMEDIC_SLACK_BOT_TOKEN: 'xoxb-stand-in',
      PATHMEDIC_SLACK_APP_TOKEN: 'xapp-stand-in',
      PATHMEDIC_SLACK_CHANNEL: slackChannel,
    }),
    configMap(namespace, 'pathmedic', {
      PATHMEDIC_CLUSTER_NAME: 'lab',
      PATHMEDIC_PUBLIC_URL: given.publicUrl,
      PATHMEDIC_MODE: given.mode,
      PATHMEDIC_EXTERNAL_NAME: 'external.lab.test.',
      PATHMEDIC_SLACK_API_URL: given.slackApiUrl,
    }),
    configMap(namespace, 'pathmedic-agent', agentLimits),
    configMap(given.canaryNamespace, 'pathmedic-agent', agentLimits),
  ];
}

/** The lab's addresses are in the range for benchmarks (RFC 2544), which agents do not probe unless told. */
const agentLimits = { PATHMEDIC_ALLOWED_CIDRS: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,198.18.0.0/15' };

function configMap(namespace: string, name: string, data: Record<string, string>): Settings {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

function secret(namespace: string, name: string, stringData: Record<string, string>): Settings {
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, stringData };
}
