import { badRequest } from './api-error.ts';
import type { Identities, Identity } from './identities.ts';
import { API_AUDIENCE } from './identities.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { arrayAt, objectAt, stringAt } from './json-value.ts';
import { isAllowed } from './rbac.ts';

function userOf(identity: Identity): JsonObject {
  const extra = Object.fromEntries(
    Object.entries(identity.extra).map(([key, values]): [string, JsonValue] => [key, [...values]]),
  );
  return {
    username: identity.username,
    uid: identity.uid,
    groups: [...identity.groups],
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** POST of a TokenReview: the answer's status says who the token is, for which of the asked audiences. */
export function reviewToken(identities: Identities, body: JsonObject): JsonObject {
  const spec = objectAt(body, 'spec');
  const token = stringAt(spec, 'token') ?? '';
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const asked = arrayAt(spec, 'audiences').map(String);
  const wanted = asked.length === 0 ? [API_AUDIENCE] : asked;
  const head = { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, spec };
  const identity = identities.authenticate(token);
  if (identity === undefined) return { ...head, status: { user: {}, error: 'invalid bearer token' } };
  const audiences = wanted.filter((audience) => identity.audiences.includes(audience));
  if (audiences.length === 0) {
    const quoted = (list: readonly string[]): string =>
      `[${list.map((item) => JSON.stringify(item)).join(' ')}]`;
    const why = `token audiences ${quoted(identity.audiences)} is invalid for the target audiences ${quoted(wanted)}`;
    return { ...head, status: { user: {}, error: `[invalid bearer token, ${why}]` } };
  }
  return { ...head, status: { authenticated: true, user: userOf(identity), audiences } };
}

/** POST of a SelfSubjectAccessReview. */
export function reviewOwnAccess(identities: Identities, identity: Identity, body: JsonObject): JsonObject {
  const spec = objectAt(body, 'spec');
  const asked = objectAt(spec, 'resourceAttributes');
  const text = (field: string): string => stringAt(asked, field) ?? '';
  const allowed = isAllowed(identities.rulesOf(identity), {
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  });
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec,
    status: { allowed },
  };
}
