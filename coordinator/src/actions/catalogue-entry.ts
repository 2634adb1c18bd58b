import type { z } from 'zod';
import type { ActionRequest, ActionType, Mutation, PlannedAction } from '../domain/action.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { RawObject } from '../domain/raw-object.ts';

export type PlanResult =
  | { ok: true; planned: PlannedAction }
  /** Not possible or not safe here; `detail` says why in words a person can act on. */
  | {
      ok: false;
      reason: 'invalid-params' | 'wrong-target' | 'unsafe' | 'managed-elsewhere' | 'nothing-to-do';
      detail: string;
    };

/** The target as read now, the facts, and the request. */
export interface PlanInput {
  request: ActionRequest;
  object: RawObject;
  facts: ClusterFacts;
  planId: string;
  /** `show`: works the change out also where somebody else manages the object, to be made at its source; never carried out. */
  managed: 'refuse' | 'show';
}

/** One action of the closed catalogue. `plan` is pure. */
export interface CatalogueEntry {
  type: ActionType;
  params: z.ZodType;
  plan(input: PlanInput): PlanResult;
  /**
   * Resolves an intent without outcome by looking at the target as it is now (null: gone):
   * did the mutation of this plan take effect?
   */
  tookEffect(input: {
    mutation: Mutation;
    object: RawObject | null;
    fieldManager: string;
  }): 'yes' | 'no' | 'cannot-tell';
}
