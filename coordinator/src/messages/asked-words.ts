import type { AskedRequest } from '../domain/incident-event.ts';

/** What pathmedic does about a request, until the answer stands below it. */
export function askedWords(request: AskedRequest): string {
  switch (request.what) {
    case 'logs':
      return `Reading the log of pod ${request.pod.name}`;
    case 'action': {
      const { type, target } = request.action;
      return `Working out ${type}${target === null ? '' : ` on ${target.name}`}`;
    }
  }
}
