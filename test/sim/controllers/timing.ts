/** How long things take in the simulated cluster, milliseconds. */
export interface Timing {
  /** A controller notices a change. */
  controllerMs: number;
  /** A kubelet notices a pod. */
  kubeletMs: number;
  /** Sandbox, then images and containers. */
  sandboxMs: number;
  containerStartMs: number;
  /** From started to ready, for programs that do not say otherwise. */
  readinessMs: number;
  /** A stopped container is gone after this, or the grace period if that is shorter. */
  terminationMs: number;
  crashBackOffMs: { first: number; max: number };
  sandboxRetryMs: number;
  /** A changed ConfigMap reaches mounted volumes. */
  configMapSyncMs: number;
  /** CoreDNS looks whether its Corefile changed. */
  corefileReloadMs: number;
  /** A broken or repaired CNI shows in the node's conditions. */
  nodeStatusMs: number;
}

/** As a real cluster behaves. */
export const REAL_TIMING: Timing = {
  controllerMs: 50,
  kubeletMs: 100,
  sandboxMs: 500,
  containerStartMs: 800,
  readinessMs: 1_000,
  terminationMs: 1_000,
  crashBackOffMs: { first: 10_000, max: 300_000 },
  sandboxRetryMs: 12_000,
  configMapSyncMs: 60_000,
  corefileReloadMs: 30_000,
  nodeStatusMs: 10_000,
};

/** The same order of events in seconds rather than minutes: for a demo that a person watches. */
export const QUICK_TIMING: Timing = {
  controllerMs: 20,
  kubeletMs: 30,
  sandboxMs: 120,
  containerStartMs: 200,
  readinessMs: 250,
  terminationMs: 250,
  crashBackOffMs: { first: 3_000, max: 15_000 },
  sandboxRetryMs: 2_500,
  configMapSyncMs: 4_000,
  corefileReloadMs: 2_000,
  nodeStatusMs: 1_000,
};
