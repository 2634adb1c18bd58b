import { StoreUnavailable } from '../../ports/store-unavailable.ts';

/** Answers of Redis that are about its state and not about the command. */
const stateOfServer =
  /^(LOADING|READONLY|MISCONF|NOAUTH|WRONGPASS|NOPERM|BUSY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|UNKILLABLE)\b/;

/** True for the refusal of a write because memory is full (maxmemory with noeviction). */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /(^|\s)-?OOM command not allowed/.test(error.message);
}

/**
 * Runs commands; everything that means "Redis did not answer, or cannot serve now" rejects with StoreUnavailable.
 * Errors that only a defect of ours can cause (wrong type, script error) pass through as they are.
 */
export async function available<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && isServerRefusal(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new StoreUnavailable(`Redis: ${message}`, { cause: error });
  }
}

function isServerRefusal(error: Error): boolean {
  return error.name === 'ReplyError' && !stateOfServer.test(error.message);
}
