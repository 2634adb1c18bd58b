import type { ProbeKey } from '@pathmedic/shared/contract/plan.ts';
import type { Dataplane } from '../domain/components-of.ts';

/** Every threshold of sensing as data: production, demo and tests differ in these numbers only. */
export interface SensingSettings {
  /** Length of an agent's window, from the plan. */
  windowMs: number;
  /** Windows kept a path. */
  keepWindows: number;
  /** A path, or an agent, without a report for this many windows is unknown. */
  silentAfterWindows: number;
  /** Lost probes in a row of bad windows that make a path failing at once. */
  fastLostProbes: number;
  /** Loss that a healthy network has, 0 to 1. */
  backgroundLoss: number;
  /** Clean probes and windows in a row that make a fully failing path healthy again. */
  cleanProbes: number;
  cleanWindows: number;
  /** A path that never worked counts as failing only after this time. */
  unprovisionedMs: number;
  /** Time a symptom has to hold before it counts, by what it is seen from. */
  pathsHoldMs: number;
  clusterHoldMs: number;
  /** Blame that only one end supports. */
  unconfirmedHoldMs: number;
  /** Anything a roll-out in progress could itself cause. */
  rolloutHoldMs: number;
  /** A node gone silent together with everything on it (reboot, autoscaler, spot). */
  nodeGoneHoldMs: number;
  /** A symptom not seen for this time is gone. */
  goneHoldMs: number;
  /** FailedCreatePodSandBox counts on pods that are stuck for this long, on nodes older than `youngNodeMs`. */
  stuckPodMs: number;
  youngNodeMs: number;
  /** After a start agents get this time to report before their silence counts as known. */
  completeGraceMs: number;
  /** Cluster state alone opens incidents when agents' reports stay incomplete for this long. */
  clusterAloneAfterMs: number;
  /** A recurrence within this time re-opens the closed incident. */
  reopenWithinMs: number;
  /** Smallest distance of two `symptoms-updated` of one incident. */
  updateEveryMs: number;
}

export const defaultSettings: SensingSettings = {
  windowMs: 5000,
  keepWindows: 24,
  silentAfterWindows: 3,
  fastLostProbes: 3,
  backgroundLoss: 0.0005,
  cleanProbes: 4,
  cleanWindows: 2,
  unprovisionedMs: 60_000,
  pathsHoldMs: 5500,
  clusterHoldMs: 15_000,
  unconfirmedHoldMs: 120_000,
  rolloutHoldMs: 120_000,
  nodeGoneHoldMs: 90_000,
  goneHoldMs: 10_000,
  stuckPodMs: 180_000,
  youngNodeMs: 300_000,
  completeGraceMs: 20_000,
  clusterAloneAfterMs: 60_000,
  reopenWithinMs: 30 * 60_000,
  updateEveryMs: 10_000,
};

/**
 * Settings for other window lengths: whatever is a number of windows scales with them. A path symptom holds until every
 * agent has had a window since the first one failed.
 */
export function settingsForWindow(
  windowMs: number,
  minIntervalMs: number,
  over: Partial<SensingSettings> = {},
): SensingSettings {
  return {
    ...defaultSettings,
    windowMs,
    keepWindows: Math.min(200, Math.max(defaultSettings.keepWindows, Math.ceil(120_000 / windowMs))),
    silentAfterWindows: Math.max(3, Math.ceil((3 * minIntervalMs) / windowMs)),
    cleanWindows: Math.max(2, Math.ceil((2 * minIntervalMs) / windowMs)),
    pathsHoldMs: Math.max(windowMs, minIntervalMs) + 500,
    goneHoldMs: Math.max(2 * windowMs, 5000),
    ...over,
  };
}

/** What the plan is made from besides the cluster itself. */
export interface PlanConfig {
  windowMs: number;
  /** Probes a second that all agents of one node may send together. */
  budgetPerSecond: number;
  minIntervalMs: number;
  timeoutMs: number;
  /** Between two probes with large packets of one path; each costs as much as several small ones. */
  mtuIntervalMs: number;
  /** Peers that a node sends large packets to; every path tests both directions. */
  mtuFanOut: number;
  /** Up to this many nodes every node probes every other one. */
  fullMeshNodes: number;
  /** Peers out (and in) a node in larger clusters. */
  fanOut: number;
  /** Time a new agent pod gets to become ready before it is probed nevertheless. */
  startGraceMs: number;
  keys: readonly ProbeKey[];
  clusterDomain: string;
  /** A name outside of the cluster, asked through the DNS Service; null asks none. */
  externalName: string | null;
  dataplane: Dataplane;
}

export const defaultPlanConfig: Omit<PlanConfig, 'keys'> = {
  windowMs: defaultSettings.windowMs,
  budgetPerSecond: 10,
  minIntervalMs: 2000,
  timeoutMs: 1000,
  mtuIntervalMs: 15_000,
  mtuFanOut: 3,
  fullMeshNodes: 16,
  fanOut: 8,
  startGraceMs: 20_000,
  clusterDomain: 'cluster.local',
  externalName: null,
  dataplane: { podNetwork: 'overlay' },
};
