import type { JsonObject, JsonValue } from './json-value.ts';
import { apiVersionOf, RESOURCES } from './resource-table.ts';

const REVIEW_GROUPS = ['authentication.k8s.io', 'authorization.k8s.io'];

function groups(): string[] {
  const stored = RESOURCES.map((row) => row.group).filter((group) => group !== '');
  return [...new Set([...stored, ...REVIEW_GROUPS])];
}

function groupOf(name: string): JsonObject {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

function resourceList(group: string): JsonObject {
  const rows = RESOURCES.filter((row) => row.group === group);
  const resources = rows.flatMap((row): JsonValue[] => [
    {
      name: row.resource,
      singularName: row.kind.toLowerCase(),
      namespaced: row.namespaced,
      kind: row.kind,
      verbs: [...row.verbs],
    },
    ...row.subresources.map((sub) => ({
      name: `${row.resource}/${sub}`,
      singularName: '',
      namespaced: row.namespaced,
      kind: sub === 'scale' ? 'Scale' : row.kind,
      verbs: sub === 'log' ? ['get'] : ['get', 'patch', 'update'],
    })),
  ]);
  const reviews =
    group === 'authentication.k8s.io'
      ? ['TokenReview']
      : group === 'authorization.k8s.io'
        ? ['SelfSubjectAccessReview']
        : [];
  for (const kind of reviews) {
    resources.push({
      name: `${kind.toLowerCase()}s`,
      singularName: kind.toLowerCase(),
      namespaced: false,
      kind,
      verbs: ['create'],
    });
  }
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version: 'v1' }),
    resources,
  };
}

/** Answers of the paths that name no resource; undefined when the path is unknown. Text stands for text/plain. */
export function discover(path: string, address: string): JsonObject | string | undefined {
  if (path === '/healthz' || path === '/livez' || path === '/readyz') return 'ok';
  if (path === '/version')
    return {
      major: '1',
      minor: '34',
      gitVersion: 'v1.34.4',
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: 'go1.25',
      compiler: 'gc',
      platform: 'linux/amd64',
    };
  if (path === '/api')
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
    };
  if (path === '/api/v1') return resourceList('');
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(groupOf) };
  const [, , group = '', version] = path.split('/');
  if (!path.startsWith('/apis/') || !groups().includes(group)) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
  return version === 'v1' ? resourceList(group) : undefined;
}
