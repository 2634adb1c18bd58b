import { expect, test } from 'vitest';
import { OutcomeKind } from '@pathmedic/shared/contract/outcome.ts';
import type { ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import { createAgentMetrics } from './agent-metrics.ts';

test('at most 300 series, whatever the cluster, the plan and the network do', async () => {
  const metrics = createAgentMetrics({
    identity: { node: 'n', mode: 'pod', namespace: 'ns', podName: 'p', podUid: 'u', bootId: 'boot-0001' },
    version: '1.0.0',
    spoolSize: () => 0,
    droppedWindows: () => 0,
    probesInFlight: () => 0,
  });
  const kinds = [
    'node',
    'pod',
    'service',
    'dns',
    'api',
    'mtu',
    'policy',
    ...Array.from({ length: 50 }, (_, n) => `new${n}`),
  ];
  for (const kind of kinds) {
    for (const protocol of ['tcp', 'udp', 'http'] as const) {
      for (const outcome of OutcomeKind.options) {
        const spec: ProbeSpec = {
          pathId: `${kind}|${protocol}|a|b${outcome}`,
          protocol,
          address: '10.0.0.1',
          port: 1,
          intervalMs: 1_000,
          timeoutMs: 500,
          expect: null,
        };
        metrics.probed(spec, { kind: outcome, phase: 'done', rttSeconds: 0.01 });
      }
    }
  }
  for (const result of ['accepted', 'shed', 'unauthorized', 'rejected', 'unreachable'] as const)
    metrics.reportSent(result);
  for (const result of [
    'applied',
    'unchanged',
    'invalid',
    'not-mine',
    'shed',
    'unauthorized',
    'rejected',
    'unreachable',
  ] as const) {
    metrics.planFetched(result);
  }
  for (const reason of ['metadata-address', 'special-address', 'address', 'port', 'rate'] as const)
    metrics.limited(reason, 1);
  for (const reason of ['short', 'not-a-request', 'unknown-key', 'bad-mac'] as const) metrics.refused(reason);
  metrics.skipped('late', 1);
  metrics.skipped('busy', 1);
  metrics.windowClosed(true);
  metrics.windowClosed(false);
  for (let version = 0; version < 50; version++) metrics.planRuns(`v${version}`, 10);
  const series = (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(series.length).toBeLessThanOrEqual(300);
  expect(series.filter((line) => line.startsWith('pathmedic_agent_plan_info'))).toHaveLength(1);
});
