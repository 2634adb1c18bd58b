import type { PathWindow, Report } from '@pathmedic/shared/contract/report.ts';
import type { Checks } from './checks.ts';
import type { HostFacts } from '../facts/host-facts.ts';
import { addSample, readWindow } from './path-history.ts';
import type { PathHistory } from './path-history.ts';
import type { NetworkPlan } from './plan.ts';
import type { SensingSettings } from './settings.ts';

/** What became of a report. */
export type Ingested = 'accepted' | 'duplicate' | 'late' | 'not-planned';

/** What is known of one agent process from its reports. */
export interface AgentStatus {
  podUid: string;
  lastReportMs: number;
  /** Why its last window says little, or null. */
  impaired: string | null;
}

/** The latest windows of every path in memory; soft state, complete again one window after a takeover. */
export interface Ingest {
  /** Takes a validated report of an authenticated agent; order is by receipt, never by the agent's clock. */
  receive(report: Report, plan: NetworkPlan, nowMs: number): Ingested;
  /** Remembers which paths, with which ends, a version handed out to an agent holds. */
  issued(agentUid: string, version: string, plan: NetworkPlan): void;
  /** What agents on the nodes' own networks have told; the same list until one tells more. */
  hosts(): readonly HostFacts[];
  histories(): ReadonlyMap<string, PathHistory>;
  agents(): ReadonlyMap<string, AgentStatus>;
  /** Forgets paths and agents that are no longer in the plan. */
  prune(plan: NetworkPlan): void;
}

interface AgentMemory extends AgentStatus {
  planVersion: string | null;
  host: HostFacts | null;
  boots: Map<string, { highest: number; seen: Set<number> }>;
}

type Signatures = ReadonlyMap<string, string>;

const keptBoots = 4;
const keptSeqs = 256;
const keptVersions = 8;

export function createIngest(settings: SensingSettings, checks: Checks): Ingest {
  const agents = new Map<string, AgentMemory>();
  const histories = new Map<string, PathHistory>();
  const versions = new Map<string, Map<string, Signatures>>();
  let hosts: readonly HostFacts[] = [];

  function collectHosts(): void {
    const told = [...agents.values()].flatMap(({ host }) => host ?? []);
    // Two of a kind on a node during a roll-out: the later word counts.
    const byNode = new Map(
      told.toSorted((a, b) => a.receivedMs - b.receivedMs).map((host) => [host.node, host]),
    );
    hosts = [...byNode.values()].toSorted((a, b) => (a.node < b.node ? -1 : 1));
  }

  function memoryOf(podUid: string, nowMs: number): AgentMemory {
    const known = agents.get(podUid);
    if (known !== undefined) return known;
    const fresh: AgentMemory = {
      podUid,
      lastReportMs: nowMs,
      impaired: null,
      planVersion: null,
      host: null,
      boots: new Map(),
    };
    agents.set(podUid, fresh);
    return fresh;
  }

  /** Paths of this report that were probed between the same two pods from the window's start to its end. */
  function judgeable(report: Report, before: string | null, plan: NetworkPlan): PathWindow[] {
    const own = versions.get(report.agent.podUid);
    const now = own?.get(report.planVersion);
    // The first window of a process holds its start; a plan that is not known here may mean other targets.
    if (now === undefined || report.seq === 0) return [];
    const switched = before !== null && before !== report.planVersion;
    const earlier = switched ? own?.get(before) : now;
    return report.paths.filter(({ pathId }) => {
      const planned = plan.paths.get(pathId);
      if (planned === undefined || planned.agentUid !== report.agent.podUid) return false;
      return now.get(pathId) === planned.signature && earlier?.get(pathId) === planned.signature;
    });
  }

  function keep(window: PathWindow, report: Report, plan: NetworkPlan, nowMs: number): void {
    const planned = plan.paths.get(window.pathId);
    if (planned === undefined) return;
    const { path, signature } = planned;
    const reading = readWindow(window, path.kind, { receivedMs: nowMs, windowMs: report.windowMs });
    switch (reading.kind) {
      case 'silent':
        return;
      case 'other-trouble':
        // What it tests cannot be seen at present: unknown, however well it was before.
        histories.delete(path.id);
        return;
      case 'sample': {
        const history = histories.get(path.id);
        histories.set(path.id, addSample(history, signature, reading.sample, settings.keepWindows));
      }
    }
  }

  return {
    receive(report, plan, nowMs) {
      const { podUid, bootId } = report.agent;
      if (!plan.agents.some((agent) => agent.podUid === podUid)) return 'not-planned';
      const memory = memoryOf(podUid, nowMs);
      const boot = memory.boots.get(bootId) ?? { highest: -1, seen: new Set<number>() };
      if (boot.seen.has(report.seq)) return 'duplicate';
      memory.boots.set(bootId, boot);
      boot.seen.add(report.seq);
      trim(memory.boots, keptBoots);
      trim(boot.seen, keptSeqs);
      for (const window of report.checks) checks.record(podUid, window, plan);
      const newestBoot = [...memory.boots.keys()].at(-1) === bootId;
      // After an outage the newest windows come first; older ones would look like news.
      if (report.seq < boot.highest || !newestBoot) return 'late';
      boot.highest = report.seq;
      const before = memory.planVersion;
      memory.planVersion = report.planVersion;
      memory.lastReportMs = nowMs;
      if (report.host !== undefined && report.agent.mode === 'host') {
        memory.host = { ...report.host, node: report.agent.node, receivedMs: nowMs };
        collectHosts();
      }
      memory.impaired = report.impaired ?? localTrouble(report.paths);
      if (memory.impaired === null) {
        for (const window of judgeable(report, before, plan)) keep(window, report, plan, nowMs);
      }
      return 'accepted';
    },
    issued(agentUid, version, plan) {
      const own = versions.get(agentUid) ?? new Map<string, Signatures>();
      versions.set(agentUid, own);
      if (own.has(version)) return;
      const paths = plan.byAgent.get(agentUid) ?? [];
      own.set(version, new Map(paths.map((entry) => [entry.path.id, entry.signature])));
      trim(own, keptVersions);
    },
    hosts: () => hosts,
    histories: () => histories,
    agents: () => agents,
    prune(plan) {
      const uids = new Set(plan.agents.map((agent) => agent.podUid));
      for (const uid of agents.keys()) if (!uids.has(uid)) agents.delete(uid);
      collectHosts();
      for (const uid of versions.keys()) if (!uids.has(uid)) versions.delete(uid);
      for (const [id, history] of histories) {
        if (plan.paths.get(id)?.signature !== history.signature) histories.delete(id);
      }
    },
  };
}

/** Maps and sets iterate in order of insertion: the first entries are the oldest. */
function trim(entries: Map<unknown, unknown> | Set<unknown>, limit: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= limit) return;
    entries.delete(key);
  }
}

/** An agent most of whose probes fail for reasons of its own says nothing about the network. */
function localTrouble(paths: readonly PathWindow[]): string | null {
  let sent = 0;
  let local = 0;
  for (const path of paths) {
    sent += path.sent;
    local += path.failures['local-error'] ?? 0;
  }
  return local > sent / 2 ? `${local} of ${sent} probes ended for reasons of the agent itself` : null;
}
