import type { OutcomeKind } from '@pathmedic/shared/contract/outcome.ts';

/**
 * What a system error says about the path. Whatever is not listed is this machine's own trouble: no ports or
 * descriptors left, a forbidden socket call, a bug; it must never blame the network.
 */
export function outcomeOfErrno(code: string): OutcomeKind {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
      return 'reset';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENONET':
      return 'unreachable';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'local-error';
  }
}

/** The system's error code, or the error's name when it has none. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
