import type { StepResult } from '../domain/incident-event.ts';

type Refusal = Extract<StepResult, { result: 'refused' }>['reason'];

/** Why the executor did not make a change, as the end of a sentence. */
export function refusalWords(reason: Refusal): string {
  switch (reason) {
    case 'changed':
      return 'the object has changed since the plan was made';
    case 'gone':
      return 'the object is no longer there';
    case 'expired':
      return 'the approval came too late';
    case 'paused':
      return 'changes are paused for the whole cluster';
    case 'invalid-approval':
      return 'the approval could not be confirmed';
    case 'forbidden':
      return 'the API server does not allow it';
    case 'conflict':
      return 'somebody else kept writing the same object';
    case 'rejected-by-api':
      return 'the API server rejected it';
    case 'rate-limited':
      return 'this was changed too recently';
    case 'cluster-unreachable':
      return 'the API server could not be reached';
  }
}
