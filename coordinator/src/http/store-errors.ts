import type { FastifyInstance } from 'fastify';
import { StoreUnavailable } from '../ports/store-unavailable.ts';
import { apiError } from './errors.ts';

/** A store that does not answer becomes 503 on every route of this scope; the server's own handler answers. */
export function translateStoreErrors(scope: FastifyInstance): void {
  scope.setErrorHandler((error) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw apiError('STORE_UNAVAILABLE', { cause: error, headers: { 'retry-after': '2' } });
  });
}
