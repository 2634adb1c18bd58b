import type { ExpiryReason } from '../domain/incident-event.ts';

/** Why a card is closed for decisions, as the end of a sentence. */
export function expiryWords(reason: ExpiryReason): string {
  switch (reason) {
    case 'time':
      return 'the time to decide is over';
    case 'recovered':
      return 'the symptoms are gone';
    case 'changed':
      return 'the cluster has changed since';
    case 'superseded':
      return 'a newer plan takes its place';
    case 'taken-over':
      return 'a person has taken over';
  }
}
