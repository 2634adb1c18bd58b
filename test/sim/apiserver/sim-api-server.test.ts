import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeConfig, V1ConfigMap } from '@kubernetes/client-node';
import {
  ApiException,
  AppsV1Api,
  AuthenticationV1Api,
  CoordinationV1Api,
  CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node';
import type { VirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { eventually } from '../../support/condition.ts';
import type { SimApiServer } from './sim-api-server.ts';
import { createSimApiServer } from './sim-api-server.ts';

let clock: VirtualClock;
let server: SimApiServer;
let config: KubeConfig;
let core: CoreV1Api;

beforeEach(async () => {
  clock = createVirtualClock();
  server = createSimApiServer({ clock });
  await server.start();
  config = server.kubeConfig(server.identities.addUser({ username: 'admin', groups: ['system:masters'] }));
  core = config.makeApiClient(CoreV1Api);
  server.system.create('namespaces', { metadata: { name: 'app' } }, 'test');
});

afterEach(() => server.stop());

function put(name: string, data: { [key: string]: string } = {}): void {
  server.system.create(
    'configmaps',
    { metadata: { name, namespace: 'app', labels: { set: name.slice(0, 1) } }, data },
    'test',
  );
}

async function refusal(call: Promise<unknown>): Promise<{ code: number; reason: unknown; message: unknown }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const status: unknown = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
    const body = status as { reason?: string; message?: string } | undefined;
    return { code: error.code, reason: body?.reason, message: body?.message };
  }
  throw new Error('the call was not refused');
}

interface Seen {
  type: string;
  name: string | undefined;
  revision: string | undefined;
  code: number | undefined;
}

async function watchConfigMaps(
  query: Record<string, string | boolean>,
): Promise<{ seen: Seen[]; ended: () => boolean; abort: () => void }> {
  const seen: Seen[] = [];
  let ended = false;
  const controller = await new Watch(config).watch(
    '/api/v1/namespaces/app/configmaps',
    query,
    (type, object: V1ConfigMap & { code?: number }) => {
      seen.push({
        type,
        name: object.metadata?.name,
        revision: object.metadata?.resourceVersion,
        code: object.code,
      });
    },
    () => {
      ended = true;
    },
  );
  return { seen, ended: () => ended, abort: () => controller.abort() };
}

test('pages of a list are one snapshot, although objects come and go between them', async () => {
  for (const name of ['a', 'b', 'c', 'd']) put(name);
  const first = await core.listNamespacedConfigMap({ namespace: 'app', limit: 2 });
  server.system.delete('configmaps', { namespace: 'app', name: 'c' });
  put('aa');
  const second = await core.listNamespacedConfigMap({
    namespace: 'app',
    limit: 2,
    _continue: first.metadata?._continue ?? '',
  });
  expect([...first.items, ...second.items].map((item) => item.metadata?.name)).toEqual(['a', 'b', 'c', 'd']);
  expect(second.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
  expect(second.metadata?._continue).toBeUndefined();
});

test('a continue token older than the history answers 410 with a token that goes on', async () => {
  for (const name of ['a', 'b', 'c']) put(name);
  const first = await core.listNamespacedConfigMap({ namespace: 'app', limit: 1 });
  put('d');
  server.compact();
  const asked = core.listNamespacedConfigMap({
    namespace: 'app',
    limit: 1,
    _continue: first.metadata?._continue ?? '',
  });
  expect(await refusal(asked)).toMatchObject({ code: 410, reason: 'Expired' });
});

test('a watch from a resourceVersion sees every later change once, with bookmarks before it times out', async () => {
  put('old');
  const list = await core.listNamespacedConfigMap({ namespace: 'app' });
  const from = list.metadata?.resourceVersion ?? '';
  put('new');
  const watch = await watchConfigMaps({
    resourceVersion: from,
    allowWatchBookmarks: true,
    timeoutSeconds: '3',
  });
  server.system.patch(
    'configmaps',
    { namespace: 'app', name: 'old' },
    { data: { k: 'v' } },
    { manager: 'test' },
  );
  server.system.delete('configmaps', { namespace: 'app', name: 'new' });
  await clock.advanceBy(3_000);
  await eventually('the watch has timed out', () => watch.ended());
  expect(watch.seen.map((event) => `${event.type} ${event.name ?? ''}`)).toEqual([
    'ADDED new',
    'MODIFIED old',
    'DELETED new',
    'BOOKMARK ',
  ]);
  expect(watch.seen.at(-1)?.revision).toBe(String(server.store.revision()));
});

test('objects that enter and leave a label selector are added to and deleted from its watch', async () => {
  put('x');
  const watch = await watchConfigMaps({ labelSelector: 'set=picked' });
  const label = (set: string): void =>
    void server.system.patch(
      'configmaps',
      { namespace: 'app', name: 'x' },
      { metadata: { labels: { set } } },
      { manager: 'test' },
    );
  label('picked');
  label('other');
  await eventually('both events', () => watch.seen.length >= 2);
  watch.abort();
  expect(watch.seen.map((event) => event.type)).toEqual(['ADDED', 'DELETED']);
});

test('a watch from before the compaction gets the 410 ERROR event and ends', async () => {
  put('x');
  server.compact();
  const watch = await watchConfigMaps({ resourceVersion: '1' });
  await eventually('the watch has ended', () => watch.ended());
  expect(watch.seen).toEqual([{ type: 'ERROR', name: undefined, revision: undefined, code: 410 }]);
});

test('an open watch can be expired by the server', async () => {
  const watch = await watchConfigMaps({});
  await eventually('the watch is open', () => server.openWatchCount() === 1);
  server.endWatches('expire');
  await eventually('the watch has ended', () => watch.ended());
  expect(watch.seen.at(-1)).toMatchObject({ type: 'ERROR', code: 410 });
});

test('a lost reply: the client sees a broken connection, the change is there and is audited as a mutation', async () => {
  server.faults.inject({
    when: (request) => request.verb === 'create',
    fault: { type: 'drop-reply' },
    times: 1,
  });
  await expect(
    core.createNamespacedConfigMap({ namespace: 'app', body: { metadata: { name: 'lost' } } }),
  ).rejects.toThrow('fetch failed');
  expect(server.system.get('configmaps', 'app', 'lost')).toBeDefined();
  expect(server.mutations()).toMatchObject([{ verb: 'create', name: 'lost', code: 201, replyDropped: true }]);
});

test('a dropped request has no effect', async () => {
  server.faults.inject({
    when: (request) => request.verb === 'create',
    fault: { type: 'drop-request' },
    times: 1,
  });
  await expect(
    core.createNamespacedConfigMap({ namespace: 'app', body: { metadata: { name: 'lost' } } }),
  ).rejects.toThrow('fetch failed');
  expect(server.system.get('configmaps', 'app', 'lost')).toBeUndefined();
  expect(server.mutations()).toEqual([]);
});

test('an injected 429 carries Retry-After and changes nothing', async () => {
  server.faults.inject({
    when: (request) => request.resource === 'configmaps',
    fault: { type: 'status', code: 429, retryAfterSeconds: 7 },
    times: 1,
  });
  const error = await core
    .createNamespacedConfigMap({ namespace: 'app', body: { metadata: { name: 'x' } } })
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiException);
  expect((error as ApiException<unknown>).headers['retry-after']).toBe('7');
  expect(server.mutations()).toEqual([]);
});

test('a stopped server refuses connections and serves the same state on the same port afterwards', async () => {
  put('kept');
  const url = server.url();
  await server.stop();
  await expect(core.readNamespacedConfigMap({ namespace: 'app', name: 'kept' })).rejects.toThrow(
    'fetch failed',
  );
  await server.start();
  expect(server.url()).toBe(url);
  expect((await core.readNamespacedConfigMap({ namespace: 'app', name: 'kept' })).metadata?.name).toBe(
    'kept',
  );
});

test('only one of two creates of a Lease succeeds, and a stale update of it is a conflict', async () => {
  const leases = config.makeApiClient(CoordinationV1Api);
  const create = (holder: string): Promise<unknown> =>
    leases.createNamespacedLease({
      namespace: 'app',
      body: { metadata: { name: 'claim' }, spec: { holderIdentity: holder } },
    });
  const results = await Promise.allSettled([create('one'), create('two')]);
  expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const stale = await leases.readNamespacedLease({ namespace: 'app', name: 'claim' });
  await leases.replaceNamespacedLease({
    namespace: 'app',
    name: 'claim',
    body: { metadata: stale.metadata ?? {}, spec: { holderIdentity: 'three' } },
  });
  const again = leases.replaceNamespacedLease({
    namespace: 'app',
    name: 'claim',
    body: { metadata: stale.metadata ?? {}, spec: { holderIdentity: 'four' } },
  });
  expect(await refusal(again)).toMatchObject({ code: 409, reason: 'Conflict' });
});

test('a JSON patch with a dry run is validated and changes nothing', async () => {
  put('x', { Corefile: 'old' });
  const patch = (value: string, dryRun?: string): Promise<V1ConfigMap> =>
    core.patchNamespacedConfigMap(
      {
        namespace: 'app',
        name: 'x',
        fieldManager: 'plan-1',
        ...(dryRun === undefined ? {} : { dryRun }),
        body: [
          { op: 'test', path: '/data/Corefile', value },
          { op: 'replace', path: '/data/Corefile', value: 'new' },
        ],
      },
      setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
    );
  expect((await patch('old', 'All')).data).toEqual({ Corefile: 'new' });
  expect(server.system.get('configmaps', 'app', 'x')?.data).toEqual({ Corefile: 'old' });
  expect(await refusal(patch('other'))).toMatchObject({ code: 422, reason: 'Invalid' });
  const done = await patch('old');
  expect(done.metadata?.managedFields?.find((entry) => entry.manager === 'plan-1')?.fieldsV1).toEqual({
    'f:data': { 'f:Corefile': {} },
  });
  expect(server.mutations().map((entry) => [entry.fieldManager, entry.dryRun])).toEqual([['plan-1', false]]);
});

test('rights end where the rules end: by verb, namespace, name and subresource', async () => {
  const token = server.identities.addUser({
    username: 'reader',
    rules: [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        verbs: ['get'],
        resourceNames: ['mine'],
        namespaces: ['app'],
      },
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    ],
  });
  const limited = server.kubeConfig(token).makeApiClient(CoreV1Api);
  put('mine');
  put('other');
  expect((await limited.readNamespacedConfigMap({ namespace: 'app', name: 'mine' })).metadata?.name).toBe(
    'mine',
  );
  expect(await refusal(limited.readNamespacedConfigMap({ namespace: 'app', name: 'other' }))).toEqual({
    code: 403,
    reason: 'Forbidden',
    message:
      'configmaps "other" is forbidden: User "reader" cannot get resource "configmaps" in API group "" in the namespace "app"',
  });
  expect((await limited.listPodForAllNamespaces()).items).toEqual([]);
  expect(await refusal(limited.readNamespacedPodLog({ namespace: 'app', name: 'p' }))).toMatchObject({
    code: 403,
  });
  const unknown = server.kubeConfig('nobody').makeApiClient(CoreV1Api);
  expect(await refusal(unknown.listNode())).toMatchObject({ code: 401 });
});

test('a bound token names its pod and node, only for its audience, and ends with the pod', async () => {
  server.system.create('nodes', { metadata: { name: 'n1' } }, 'test');
  const spec = { nodeName: 'n1', serviceAccountName: 'agent', containers: [{ name: 'c', image: 'i' }] };
  const pod = server.system.create('pods', { metadata: { name: 'p', namespace: 'app' }, spec }, 'test');
  const token = server.identities.issueToken({
    namespace: 'app',
    serviceAccount: 'agent',
    pod: { name: 'p', uid: pod.metadata.uid },
    audiences: ['pathmedic'],
  });
  const reviews = config.makeApiClient(AuthenticationV1Api);
  const review = async (audiences: string[]) =>
    (await reviews.createTokenReview({ body: { spec: { token, audiences } } })).status;
  const good = await review(['pathmedic']);
  expect(good).toMatchObject({
    authenticated: true,
    audiences: ['pathmedic'],
    user: { username: 'system:serviceaccount:app:agent' },
  });
  expect(good?.user?.extra).toMatchObject({
    'authentication.kubernetes.io/pod-name': ['p'],
    'authentication.kubernetes.io/pod-uid': [pod.metadata.uid],
    'authentication.kubernetes.io/node-name': ['n1'],
  });
  expect(await review(['elsewhere'])).toMatchObject({
    error: expect.stringContaining('is invalid for the target audiences'),
  });
  // Meant for somebody else, so the API server itself does not take it.
  expect(await refusal(server.kubeConfig(token).makeApiClient(CoreV1Api).listNode())).toMatchObject({
    code: 401,
  });
  server.system.delete('pods', { namespace: 'app', name: 'p' }, { gracePeriodSeconds: 0 });
  expect(await review(['pathmedic'])).toMatchObject({ error: 'invalid bearer token' });
});

test('a DaemonSet edit by strategic merge patch keeps containers and moves the generation once', async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const template = {
    metadata: { labels: { app: 'x' } },
    spec: {
      containers: [
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:1' },
      ],
    },
  };
  await apps.createNamespacedDaemonSet({
    namespace: 'app',
    body: { metadata: { name: 'ds' }, spec: { selector: { matchLabels: { app: 'x' } }, template } },
  });
  const patched = await apps.patchNamespacedDaemonSet(
    {
      namespace: 'app',
      name: 'ds',
      body: { spec: { template: { spec: { containers: [{ name: 'b', image: 'b:2' }] } } } },
    },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
  expect(patched.spec?.template.spec?.containers.map((container) => container.image)).toEqual(['a:1', 'b:2']);
  expect(patched.metadata?.generation).toBe(2);
});

test('a body over 3 MiB is refused, as is one that is not JSON', async () => {
  const token = server.identities.addUser({ username: 'raw', groups: ['system:masters'] });
  const post = async (body: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return (
      await fetch(`${server.url()}/api/v1/namespaces/app/configmaps`, { method: 'POST', headers, body })
    ).status;
  };
  expect(await post('{bad')).toBe(400);
  expect(
    await post(JSON.stringify({ metadata: { name: 'big' }, data: { x: 'y'.repeat(3 * 1024 * 1024) } })),
  ).toBe(413);
});
