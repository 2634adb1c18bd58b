import type { Problem } from '../contract/problem.ts';

/** One row of a package's error table. `title` says what is wrong in general, to the person who has to act. */
export interface ErrorRow {
  status: number;
  title: string;
}

export type ErrorTable = Readonly<Record<string, ErrorRow>>;

export interface AppErrorOptions {
  /** What is wrong this time; reaches the caller, so no secrets and no internals. */
  detail?: string;
  cause?: unknown;
  /** Response headers, such as `retry-after` (seconds). */
  headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document (RFC 9457, section 3.2). */
  extensions?: Readonly<Record<string, unknown>>;
}

/** An error of a known kind: carries the row of the table it comes from. */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: string, row: ErrorRow, options: AppErrorOptions = {}) {
    super(options.detail === undefined ? row.title : `${row.title}: ${options.detail}`, {
      cause: options.cause,
    });
    this.name = 'AppError';
    this.code = code;
    this.status = row.status;
    this.title = row.title;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.extensions = options.extensions ?? {};
  }
}

/** A function that makes this table's errors: `const error = defineErrors({...}); throw error('CODE', {detail})`. */
export type ErrorFactory<T extends ErrorTable> = ((
  code: keyof T & string,
  options?: AppErrorOptions,
) => AppError) & { readonly table: T };

/** One table of errors a package. Codes are UPPER_SNAKE and never change their meaning. */
export function defineErrors<const T extends ErrorTable>(table: T): ErrorFactory<T> {
  for (const [code, row] of Object.entries(table)) {
    if (!/^[A-Z][A-Z0-9_]+$/.test(code)) throw new Error(`error code ${code} is not UPPER_SNAKE`);
    if (row.status < 400 || row.status > 599) throw new Error(`error ${code} has status ${row.status}`);
  }
  const make = (code: keyof T & string, options?: AppErrorOptions): AppError => {
    const row = table[code];
    if (row === undefined) throw new Error(`unknown error code ${code}`);
    return new AppError(code, row, options);
  };
  return Object.assign(make, { table });
}

/** Body of an error response (application/problem+json). */
export function problemOf(error: AppError): Problem & Record<string, unknown> {
  return {
    ...error.extensions,
    type: `urn:pathmedic:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: error.title,
    status: error.status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
  };
}
