import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AgentIdentity } from '@pathmedic/shared/contract/identity.ts';
import type { ProbeOutcome } from '@pathmedic/shared/contract/outcome.ts';
import type { ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import type { FetchResult } from '../plan/planner.ts';
import type { LimitReason } from '../plan/limits.ts';
import type { SendResult } from '../report/reporter.ts';
import type { RefusalReason } from '../responder/answer.ts';
import type { SkipReason } from '../schedule/scheduler.ts';

/** Everything the agent counts. Labels are bounded: at most 300 series whatever the size of the cluster. */
export interface AgentMetrics {
  registry: Registry;
  probed(spec: ProbeSpec, outcome: ProbeOutcome): void;
  skipped(reason: SkipReason, count: number): void;
  windowClosed(impaired: boolean): void;
  refused(reason: RefusalReason): void;
  limited(reason: LimitReason, count: number): void;
  reportSent(result: SendResult): void;
  planFetched(result: FetchResult): void;
  planRuns(version: string, paths: number): void;
  lagged(maxMs: number): void;
}

export interface AgentMetricsOptions {
  identity: AgentIdentity;
  version: string;
  spoolSize: () => number;
  droppedWindows: () => number;
  probesInFlight: () => number;
}

const kinds: readonly string[] = ['node', 'pod', 'service', 'dns', 'api', 'mtu', 'policy'];
/** Kind, protocol and outcome combinations that get a series of their own; what comes later shares `other`. */
const maxProbeSeries = 110;

/** Kind of a path as its id names it: the part before the first bar. */
export function pathKind(pathId: string): string {
  const kind = pathId.slice(0, pathId.indexOf('|'));
  return kinds.includes(kind) ? kind : 'other';
}

export function createAgentMetrics(options: AgentMetricsOptions): AgentMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ node: options.identity.node, mode: options.identity.mode });
  const registers = [registry];

  const probes = new Counter({
    name: 'pathmedic_agent_probes_total',
    help: 'Probes by kind of path, protocol and outcome.',
    labelNames: ['kind', 'protocol', 'outcome'],
    registers,
  });
  const rtt = new Histogram({
    name: 'pathmedic_agent_probe_rtt_seconds',
    help: 'Round-trip time of successful probes by kind of path.',
    labelNames: ['kind'],
    buckets: [0.0005, 0.002, 0.01, 0.05, 0.25, 1],
    registers,
  });
  const skipped = new Counter({
    name: 'pathmedic_agent_probes_skipped_total',
    help: 'Probes not made because their time had passed or too many were running.',
    labelNames: ['reason'],
    registers,
  });
  const windows = new Counter({
    name: 'pathmedic_agent_windows_total',
    help: 'Windows closed; an impaired one says little about the network.',
    labelNames: ['impaired'],
    registers,
  });
  const refused = new Counter({
    name: 'pathmedic_agent_responder_refused_total',
    help: 'Messages the responder did not answer.',
    labelNames: ['reason'],
    registers,
  });
  const limited = new Counter({
    name: 'pathmedic_agent_plan_probes_dropped_total',
    help: 'Probes of a plan taken out by the local limits.',
    labelNames: ['reason'],
    registers,
  });
  const reports = new Counter({
    name: 'pathmedic_agent_reports_total',
    help: 'Attempts to send a report, by what became of them.',
    labelNames: ['result'],
    registers,
  });
  const fetches = new Counter({
    name: 'pathmedic_agent_plan_fetches_total',
    help: 'Attempts to fetch the plan, by what became of them.',
    labelNames: ['result'],
    registers,
  });
  const plan = new Gauge({
    name: 'pathmedic_agent_plan_info',
    help: 'Always 1; the label is the version of the running plan.',
    labelNames: ['version'],
    registers,
  });
  const planPaths = new Gauge({
    name: 'pathmedic_agent_plan_paths',
    help: 'Paths in the running plan after the local limits.',
    registers,
  });
  const lag = new Gauge({
    name: 'pathmedic_agent_event_loop_lag_seconds',
    help: 'Largest event loop lag in the last window.',
    registers,
  });
  new Gauge({
    name: 'pathmedic_agent_build_info',
    help: 'Always 1; the labels say which build runs.',
    labelNames: ['version', 'node_version'],
    registers,
  }).set({ version: options.version, node_version: process.version }, 1);
  const sampled = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  sampled('pathmedic_agent_spool_reports', 'Reports waiting to be delivered.', options.spoolSize);
  sampled(
    'pathmedic_agent_dropped_windows',
    'Windows lost since the last delivered report.',
    options.droppedWindows,
  );
  sampled('pathmedic_agent_probes_in_flight', 'Probes running at the moment.', options.probesInFlight);
  sampled('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  sampled('process_start_time_seconds', 'Start of the process.', () => Date.now() / 1000 - process.uptime());
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time, user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });

  const probeSeries = new Set<string>();
  return {
    registry,
    probed(spec, outcome) {
      let kind = pathKind(spec.pathId);
      const series = `${kind}|${spec.protocol}|${outcome.kind}`;
      if (!probeSeries.has(series) && probeSeries.size >= maxProbeSeries) kind = 'other';
      else probeSeries.add(series);
      probes.inc({ kind, protocol: spec.protocol, outcome: outcome.kind });
      if (outcome.kind === 'ok') rtt.observe({ kind }, outcome.rttSeconds);
    },
    skipped: (reason, count) => skipped.inc({ reason }, count),
    windowClosed: (impaired) => windows.inc({ impaired: String(impaired) }),
    refused: (reason) => refused.inc({ reason }),
    limited: (reason, count) => limited.inc({ reason }, count),
    reportSent: (result) => reports.inc({ result }),
    planFetched: (result) => fetches.inc({ result }),
    planRuns(version, paths) {
      plan.reset();
      plan.set({ version }, 1);
      planPaths.set(paths);
    },
    lagged: (maxMs) => lag.set(maxMs / 1000),
  };
}
