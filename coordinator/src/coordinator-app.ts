import { createKubernetesLeadership } from './adapters/kubernetes/leadership.ts';
import { createOldClaims } from './adapters/kubernetes/old-claims.ts';
import { startClaimSweep } from './claim-sweep.ts';
import { agentSensing } from './agent-sensing.ts';
import type { CoordinatorParts } from './coordinator-parts.ts';
import { connectSlack } from './connect-slack.ts';
import { createAgentAuth } from './auth/agent-auth.ts';
import type { CoordinatorConfig } from './config.ts';
import { withHosts } from './facts/with-hosts.ts';
import type { RunningRole } from './executor-app.ts';
import { loadConsoleFiles } from './http/console-files.ts';
import { createHttp } from './http/create-http.ts';
import { newId, newIncidentId } from './new-id.ts';
import { announce } from './pipeline/announce.ts';
import type { PipelineDeps } from './pipeline/deps.ts';
import { createPauseControl } from './pipeline/pause-control.ts';
import { defaultPipelineSettings, type PipelineSettings } from './pipeline/settings.ts';
import { wakeBestEffort } from './pipeline/wake-best-effort.ts';
import { createLeaderDuties } from './leader-duties.ts';
import { deriveKey } from './secret-keys.ts';
import { createDetectLoop } from './sensing/detect-loop.ts';
import { createSensing } from './sensing/sensing.ts';
import { defaultPlanConfig, settingsForWindow, type SensingSettings } from './sensing/settings.ts';
import { watchStore } from './store-watch.ts';
import { startQueueCanary } from './telemetry/queue-canary.ts';

/** The coordinator role: every replica serves people; the leader also senses, works on incidents and tells Slack. */
export async function startCoordinator(parts: CoordinatorParts): Promise<RunningRole> {
  const { config, clock, logger, store, queue, cluster } = parts;
  const stop = new AbortController();
  cluster.start();
  const leadership = createKubernetesLeadership(parts.api, clock, {
    namespace: config.PATHMEDIC_NAMESPACE,
    holder: `${config.PATHMEDIC_POD_NAME}_${newId().slice(0, 8)}`,
    url: config.PATHMEDIC_ADVERTISE_URL,
  });
  const settings = sensingSettings(config);
  const sensing = createSensing({
    clock,
    facts: () => cluster.facts(),
    planConfig: {
      ...defaultPlanConfig,
      windowMs: settings.windowMs,
      externalName: config.PATHMEDIC_EXTERNAL_NAME ?? null,
      keys: [{ id: 'k1', secret: deriveKey(config.PATHMEDIC_CONSOLE_KEY, 'probe') }],
    },
    settings,
    ownNode: config.PATHMEDIC_NODE_NAME ?? null,
    logger,
  });
  const pipeline: PipelineDeps = {
    store,
    // Diagnosis judges on what the nodes told, too; sensing itself does without.
    cluster: { ...cluster, facts: () => withHosts(cluster.facts(), sensing.hosts()) },
    network: sensing.view,
    queue,
    clock,
    settings: pipelineSettings(config),
    newId,
    approvalKey: config.PATHMEDIC_APPROVAL_KEY,
    auditKey: deriveKey(config.PATHMEDIC_APPROVAL_KEY, 'audit'),
    log: logger,
  };
  const slack = connectSlack(parts);
  parts.metrics.observe({
    network: () => (leadership.leading() ? sensing.view.snapshot() : null),
    leading: () => leadership.leading(),
    watchAges: () =>
      cluster.watchStatus().flatMap((s) =>
        s.lastContactMs === null
          ? []
          : [
              {
                kind: s.namespace === null ? s.kind : `${s.kind}/${s.namespace}`,
                ageSeconds: (clock.monotonicMs() - s.lastContactMs) / 1000,
              },
            ],
      ),
  });
  parts.incidentMetrics.observeStore(store, () => leadership.leading());
  const oldClaims = createOldClaims(parts.api, clock, { namespace: config.PATHMEDIC_NAMESPACE });
  const duties = createLeaderDuties({
    clock,
    logger,
    queue,
    pipeline,
    leading: () => leadership.leading(),
    freshDetection() {
      sensing.reset();
      return createDetectLoop({
        clock,
        store,
        sensing,
        settings,
        leading: () => leadership.leading(),
        newIncidentId,
        announce,
        onAppended: (id) => void wakeBestEffort(queue, id),
        logger,
      });
    },
    freshDelivery: slack === null ? null : (mayTell) => slack.freshDelivery(mayTell),
    alongside: [
      () => startQueueCanary({ queue, clock, newId, done: parts.incidentMetrics.queueRoundTrip }),
      () => startClaimSweep({ claims: oldClaims, clock, log: logger }),
    ],
  });
  leadership.onChange((leading) => void (leading ? duties.start() : duties.stop()));
  if (leadership.leading()) void duties.start();

  const http = await createHttp({
    logger,
    clock,
    readiness: () =>
      cluster.synced() ? { ok: true } : { ok: false, reason: 'the cluster has not been read yet' },
    clusterName: config.PATHMEDIC_CLUSTER_NAME,
    publicUrl: config.PATHMEDIC_PUBLIC_URL,
    trustProxy: config.PATHMEDIC_TRUST_PROXY,
    store,
    queue,
    pause: createPauseControl({ store, claims: parts.claims }),
    leadership,
    sensing: agentSensing(sensing, cluster, parts.metrics),
    agentAuth: createAgentAuth({
      cluster,
      audience: config.PATHMEDIC_AGENT_AUDIENCE,
      serviceAccount: config.PATHMEDIC_AGENT_SERVICE_ACCOUNT,
      namespace: config.PATHMEDIC_NAMESPACE,
    }),
    principals: parts.principals,
    network: () => (leadership.leading() ? sensing.view.snapshot() : null),
    facts: () => cluster.facts(),
    approvalKey: config.PATHMEDIC_APPROVAL_KEY,
    sessionKey: deriveKey(config.PATHMEDIC_CONSOLE_KEY, 'session'),
    auditKey: pipeline.auditKey,
    passGapMs: pipeline.settings.passGapMs,
    agentSilentAfterMs: settings.windowMs * settings.silentAfterWindows,
    slack:
      slack === null || config.PATHMEDIC_SLACK_SIGNING_SECRET === undefined
        ? null
        : { signingSecret: config.PATHMEDIC_SLACK_SIGNING_SECRET, onSlackRequest: slack.onSlackRequest },
    console: parts.console === null ? null : await loadConsoleFiles(parts.console),
  });
  await http.listen(config.PATHMEDIC_LISTEN);
  const watching = watchStore(
    { store, claims: parts.claims, clock, log: logger },
    () => leadership.leading(),
    stop.signal,
  );
  logger.info({ listen: config.PATHMEDIC_LISTEN, mode: config.PATHMEDIC_MODE }, 'coordinator runs');
  return {
    async close() {
      stop.abort();
      await http.close();
      await duties.stop();
      await slack?.close();
      await leadership.close();
      await watching;
    },
  };
}

function sensingSettings(config: CoordinatorConfig): SensingSettings {
  // A node's agents probe at most so seldom in small clusters; shorter windows are therefore empty now and then.
  return settingsForWindow(config.PATHMEDIC_WINDOW_MS, defaultPlanConfig.minIntervalMs, {
    stuckPodMs: config.PATHMEDIC_STUCK_POD_MS,
  });
}

function pipelineSettings(config: CoordinatorConfig): PipelineSettings {
  return {
    ...defaultPipelineSettings,
    mode: config.PATHMEDIC_MODE,
    clusterName: config.PATHMEDIC_CLUSTER_NAME,
    approvalTtlMs: config.PATHMEDIC_APPROVAL_TTL_MS,
    approvalsNeeded: config.PATHMEDIC_APPROVALS_NEEDED === 2 ? 2 : 1,
  };
}
