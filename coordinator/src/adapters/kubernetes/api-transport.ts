/** One HTTP request to the API server; `path` begins with `/api` or `/apis` and holds the query. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** JSON text; with `contentType`. */
  body?: string;
  contentType?: string;
  accept?: string;
  signal: AbortSignal;
}

export interface ApiResponse {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  text(): Promise<string>;
  chunks(): AsyncIterable<Uint8Array>;
}

/**
 * Sends a request with the credentials of this process. Rejects when there is no answer: with NotSent when it is certain
 * that no byte of it left, with anything else when it may have arrived. Tests pass one that calls a server in-process.
 */
export type ApiTransport = (request: ApiRequest) => Promise<ApiResponse>;

/** The connection was never made: the request cannot have taken effect. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}
