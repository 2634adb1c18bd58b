import type { Mutation } from '../domain/action.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import type { RawObject } from '../domain/raw-object.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';

export type ReadResult =
  | { ok: true; object: RawObject }
  | { ok: false; reason: 'not-found' }
  /** RBAC, timeout, connection: unknown, never absent. */
  | { ok: false; reason: 'forbidden' | 'unavailable'; detail: string };

export type MutationResult =
  | { ok: true; resourceVersion: string; generation: number | null }
  /** Refused by the API server: nothing was changed. */
  | {
      ok: false;
      reason: 'not-found' | 'conflict' | 'test-failed' | 'invalid' | 'forbidden' | 'throttled';
      detail: string;
    }
  /** No answer, or one that does not tell (5xx, connection lost): it may have happened. */
  | { ok: false; reason: 'ambiguous'; detail: string };

export interface MutationOptions {
  /** Recorded in managedFields: how an unknown outcome is resolved later. */
  fieldManager: string;
  dryRun: boolean;
  /** resourceVersion the fresh read had; the write is refused when the object changed since. */
  resourceVersion: string;
  /** Nothing is sent after this signal aborts. */
  signal?: AbortSignal;
}

export type TokenReviewResult =
  | {
      ok: true;
      username: string;
      namespace: string;
      serviceAccount: string;
      podName: string | null;
      podUid: string | null;
      nodeName: string | null;
    }
  | { ok: false; reason: 'invalid' | 'wrong-audience' | 'unavailable'; detail: string };

export interface LogRequest {
  namespace: string;
  pod: string;
  container?: string;
  previous: boolean;
  tailLines: number;
  sinceSeconds?: number;
}

/** The Kubernetes API as the pipeline, the executor and sensing need it. No method throws for an answer of the API server. */
export interface Cluster {
  /** What is known from the watch right now, with what is unknown; cheap, no request. */
  facts(): ClusterFacts;
  /** True once every watched kind has been listed and its watch is fresh. */
  synced(): boolean;
  /** Reads one object fresh from the API server. */
  read(ref: ObjectRef): Promise<ReadResult>;
  mutate(mutation: Mutation, options: MutationOptions): Promise<MutationResult>;
  /** Lines of a container's log, bounded and redacted; null when it could not be read. */
  logs(request: LogRequest): Promise<string[] | null>;
  reviewToken(token: string, audience: string): Promise<TokenReviewResult>;
}
