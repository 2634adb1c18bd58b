import { randomBytes, randomUUID } from 'node:crypto';
import { stringAt } from './json-value.ts';
import { asJson } from './api-object.ts';
import type { ObjectStore } from './object-store.ts';
import type { PolicyRule } from './rbac.ts';

/** The audience of the API server itself. */
export const API_AUDIENCE = 'https://kubernetes.default.svc';

/** Who a token stands for, as TokenReview tells it. */
export interface Identity {
  username: string;
  uid: string;
  groups: readonly string[];
  extra: Readonly<Record<string, readonly string[]>>;
  audiences: readonly string[];
}

export interface BoundToken {
  namespace: string;
  serviceAccount: string;
  /** The token is valid while this very pod exists, and names its node. */
  pod?: { name: string; uid: string };
  /** Default: the API server's own audience. */
  audiences?: readonly string[];
}

/** Users, service-account tokens and what they may do. */
export interface Identities {
  /** A person or component with a static token; returns the token. */
  addUser(user: {
    username: string;
    token?: string;
    uid?: string;
    groups?: readonly string[];
    rules?: readonly PolicyRule[];
  }): string;
  /** A service-account token as a projected volume holds it; returns the token. */
  issueToken(token: BoundToken): string;
  revoke(token: string): void;
  /** Adds rules to a user name (`system:serviceaccount:NS:NAME` for service accounts). */
  grant(username: string, rules: readonly PolicyRule[]): void;
  rulesOf(identity: Identity): readonly PolicyRule[];
  /** Who holds the token now; undefined when it is unknown or its pod is gone. */
  authenticate(token: string): Identity | undefined;
}

const EVERYTHING: readonly PolicyRule[] = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];

interface Known {
  identity: Identity;
  pod: { namespace: string; name: string; uid: string } | undefined;
}

export function createIdentities(
  store: ObjectStore,
  newToken: () => string = () => randomBytes(24).toString('base64url'),
): Identities {
  const tokens = new Map<string, Known>();
  const rules = new Map<string, PolicyRule[]>();

  function serviceAccountIdentity(token: BoundToken): Identity {
    const account = store.get('serviceaccounts', token.namespace, token.serviceAccount);
    return {
      username: `system:serviceaccount:${token.namespace}:${token.serviceAccount}`,
      uid: account?.metadata.uid ?? randomUUID(),
      groups: ['system:serviceaccounts', `system:serviceaccounts:${token.namespace}`, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${randomUUID()}`] },
      audiences: token.audiences ?? [API_AUDIENCE],
    };
  }

  /** The node's and pod's claims; undefined once the pod has been deleted. */
  function boundExtra(pod: {
    namespace: string;
    name: string;
    uid: string;
  }): Record<string, string[]> | undefined {
    const found = store.get('pods', pod.namespace, pod.name);
    if (found === undefined || found.metadata.uid !== pod.uid) return undefined;
    const node = stringAt(asJson(found), 'spec', 'nodeName') ?? '';
    const nodeUid = store.get('nodes', '', node)?.metadata.uid;
    return {
      ...(node === '' ? {} : { 'authentication.kubernetes.io/node-name': [node] }),
      ...(nodeUid === undefined ? {} : { 'authentication.kubernetes.io/node-uid': [nodeUid] }),
      'authentication.kubernetes.io/pod-name': [pod.name],
      'authentication.kubernetes.io/pod-uid': [pod.uid],
    };
  }

  const identities: Identities = {
    addUser(user) {
      const token = user.token ?? newToken();
      const groups = [...(user.groups ?? []), 'system:authenticated'];
      const identity = {
        username: user.username,
        uid: user.uid ?? user.username,
        groups,
        extra: {},
        audiences: [API_AUDIENCE],
      };
      tokens.set(token, { identity, pod: undefined });
      if (user.rules !== undefined) identities.grant(user.username, user.rules);
      return token;
    },
    issueToken(bound) {
      const token = newToken();
      const pod = bound.pod === undefined ? undefined : { namespace: bound.namespace, ...bound.pod };
      tokens.set(token, { identity: serviceAccountIdentity(bound), pod });
      return token;
    },
    revoke: (token) => void tokens.delete(token),
    grant(username, added) {
      rules.set(username, [...(rules.get(username) ?? []), ...added]);
    },
    rulesOf(identity) {
      return identity.groups.includes('system:masters') ? EVERYTHING : (rules.get(identity.username) ?? []);
    },
    authenticate(token) {
      const known = tokens.get(token);
      if (known === undefined) return undefined;
      if (known.pod === undefined) return known.identity;
      const extra = boundExtra(known.pod);
      return extra === undefined
        ? undefined
        : { ...known.identity, extra: { ...known.identity.extra, ...extra } };
    },
  };
  return identities;
}
