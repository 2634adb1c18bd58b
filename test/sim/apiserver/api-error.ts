import type { JsonObject } from './json-value.ts';

/** One field problem of a 422. `type` uses the names of apimachinery's field errors. */
export interface FieldProblem {
  field: string;
  type:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate';
  message: string;
}

/** An answer that is a `kind: Status` failure, as kube-apiserver words it. */
export class ApiError extends Error {
  readonly code: number;
  readonly body: JsonObject;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: number,
    reason: string | undefined,
    message: string,
    details?: JsonObject,
    listMeta: JsonObject = {},
  ) {
    super(message);
    this.code = code;
    const retry = details?.['retryAfterSeconds'];
    this.retryAfterSeconds = typeof retry === 'number' ? retry : undefined;
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: listMeta,
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** What names a resource in an error: `configmaps` or `daemonsets.apps`. */
export interface ResourceName {
  group: string;
  resource: string;
  kind: string;
}

function qualified(name: ResourceName): string {
  return name.group === '' ? name.resource : `${name.resource}.${name.group}`;
}

function qualifiedKind(name: ResourceName): string {
  return name.group === '' ? name.kind : `${name.kind}.${name.group}`;
}

function details(name: string, group: string, kind: string): JsonObject {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind };
}

export function notFound(resource: ResourceName, name: string): ApiError {
  return new ApiError(
    404,
    'NotFound',
    `${qualified(resource)} "${name}" not found`,
    details(name, resource.group, resource.resource),
  );
}

/** The path names nothing that is served. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function alreadyExists(resource: ResourceName, name: string): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists`,
    details(name, resource.group, resource.resource),
  );
}

/** A write that carries a resourceVersion which is no longer the newest. */
export function modifiedConflict(resource: ResourceName, name: string): ApiError {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function conflict(resource: ResourceName, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, details(name, resource.group, resource.resource));
}

/** A deletion whose precondition does not hold; upstream names the kind here, not the resource. */
export function preconditionConflict(resource: ResourceName, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedKind(resource)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, details(name, resource.group, resource.kind));
}

export function invalid(resource: ResourceName, name: string, problems: readonly FieldProblem[]): ApiError {
  const lines = [...new Set(problems.map((problem) => `${problem.field}: ${problem.message}`))];
  const list = lines.length === 1 ? lines.join('') : `[${lines.join(', ')}]`;
  const causes = problems.map((problem) => ({
    reason: problem.type,
    message: problem.message,
    field: problem.field,
  }));
  const message = `${qualifiedKind(resource)} "${name}" is invalid: ${list}`;
  return new ApiError(422, 'Invalid', message, { ...details(name, resource.group, resource.kind), causes });
}

/** A JSON patch that could not be applied: upstream answers 422 without naming the object. */
export function patchRejected(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export function unsupportedMediaType(): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** A resourceVersion or continue token older than the history that is kept. */
export function expired(message: string, listMeta: JsonObject = {}): ApiError {
  return new ApiError(410, 'Expired', message, undefined, listMeta);
}

export function tooLargeResourceVersion(asked: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
