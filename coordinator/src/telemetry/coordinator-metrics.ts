import { createRegistry, registerProcessMetrics } from '@pathmedic/shared/runtime/metrics.ts';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { NetworkSnapshot } from '../domain/network.ts';
import { parseComponent } from '../domain/component.ts';

/** What a scrape reads; null on a replica that does not lead. */
export interface MetricsSources {
  network: () => NetworkSnapshot | null;
  leading: () => boolean;
  /** Seconds since each watched collection last heard from the API server. */
  watchAges: () => readonly { kind: string; ageSeconds: number }[];
}

export interface CoordinatorMetrics {
  registry: Registry;
  /** Result of one report: accepted, duplicate, late, not-planned. */
  reported(result: string): void;
  /** Connects what is read at scrape time. */
  observe(sources: MetricsSources): void;
}

const maxSuspects = 50;

/** Metrics of both roles. Labels are bounded: kinds, states, and the components that are suspected right now. */
export function createCoordinatorMetrics(options: { service: string; version: string }): CoordinatorMetrics {
  const registry = createRegistry();
  registerProcessMetrics({ registry, ...options });
  const registers = [registry];
  const reports = new Counter({
    name: 'pathmedic_reports_total',
    help: 'Reports of agents by what became of them',
    labelNames: ['result'],
    registers,
  });
  return {
    registry,
    reported: (result) => reports.inc({ result }),
    observe(sources) {
      observePaths(sources, registers);
      observeSuspects(sources, registers);
      observeLeadership(sources, registers);
    },
  };
}

function observePaths(sources: MetricsSources, registers: Registry[]): void {
  new Gauge({
    name: 'pathmedic_paths',
    help: 'Paths by kind and state',
    labelNames: ['kind', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { path, state } of sources.network()?.paths ?? []) this.inc({ kind: path.kind, state });
    },
  });
  new Gauge({
    name: 'pathmedic_agents',
    help: 'Agents by mode, and whether they report',
    labelNames: ['mode', 'reports'],
    registers,
    collect() {
      this.reset();
      for (const { mode, lastReportMs } of sources.network()?.agents ?? []) {
        this.inc({ mode, reports: lastReportMs === null ? 'never' : 'yes' });
      }
    },
  });
}

function observeSuspects(sources: MetricsSources, registers: Registry[]): void {
  new Gauge({
    name: 'pathmedic_component_loss_ratio',
    help: 'Lost share of the probes across a suspected component',
    labelNames: ['component', 'instance'],
    registers,
    collect() {
      this.reset();
      const suspects = (sources.network()?.suspects ?? []).toSorted((a, b) => b.lossRate - a.lossRate);
      for (const { component, lossRate } of suspects.slice(0, maxSuspects)) {
        const { kind, instance } = parseComponent(component);
        this.set({ component: kind, instance }, lossRate);
      }
    },
  });
  new Gauge({
    name: 'pathmedic_symptoms',
    help: 'Current symptoms by kind',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const { kind } of sources.network()?.symptoms ?? []) this.inc({ kind });
    },
  });
}

function observeLeadership(sources: MetricsSources, registers: Registry[]): void {
  new Gauge({
    name: 'pathmedic_leader',
    help: '1 on the replica that leads',
    registers,
    collect() {
      this.set(sources.leading() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'pathmedic_watch_age_seconds',
    help: 'Time since the API server was last heard of, by watched kind',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset();
      for (const { kind, ageSeconds } of sources.watchAges()) this.set({ kind }, ageSeconds);
    },
  });
}
