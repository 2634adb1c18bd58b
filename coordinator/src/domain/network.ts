import type { SizeLoss } from '@pathmedic/shared/contract/outcome.ts';
import type { ComponentId } from './component.ts';
import type { Path } from './path.ts';
import type { Symptom } from './symptom.ts';

/** State of one path over the recent windows. `unknown` (no reports) is never healthy and never by itself broken. */
export interface PathState {
  path: Path;
  state: 'healthy' | 'failing' | 'unknown';
  sent: number;
  lost: number;
  /** Most frequent failures first. */
  failures: { outcome: string; count: number }[];
  /** On `mtu` paths that lose large packets: which ones, and what still passes. */
  sizeLoss?: SizeLoss;
  sinceMs: number;
  lastReportMs: number | null;
}

/** A component that locate names. */
export interface Suspect {
  component: ComponentId;
  indistinguishable: ComponentId[];
  lossRate: number;
  /** 0 to 1. */
  confidence: number;
  explains: string[];
  /** Blamed from one end alone: proposes nothing. */
  unconfirmed: boolean;
}

/** What the network looks like from the agents and the watch, at one moment. */
export interface NetworkSnapshot {
  atMs: number;
  /** False right after a takeover, until one window of every live agent is in: absence of failures then means nothing. */
  complete: boolean;
  /** What is under test: nodes that are not on their way out, and the namespaces that exist (null: not known). */
  judged: { nodes: readonly string[]; namespaces: readonly string[] | null };
  paths: PathState[];
  suspects: Suspect[];
  /** Current symptoms by key, from locate and from cluster state. */
  symptoms: Symptom[];
  agents: {
    node: string;
    mode: string;
    namespace: string;
    lastReportMs: number | null;
    impaired: string | null;
  }[];
}
