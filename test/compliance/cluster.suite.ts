import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import type { ApiClient } from '@pathmedic/coordinator/adapters/kubernetes/api-client.ts';
import {
  createKubernetesCluster,
  type KubernetesCluster,
} from '@pathmedic/coordinator/adapters/kubernetes/cluster.ts';
import type { FollowSettings } from '@pathmedic/coordinator/adapters/kubernetes/watch/watched-collection.ts';
import type { JsonPatchOperation } from '@pathmedic/coordinator/domain/action.ts';
import type { ObjectRef } from '@pathmedic/coordinator/domain/object-ref.ts';
import { resourceVersionOf, type RawObject } from '@pathmedic/coordinator/domain/raw-object.ts';
import { eventually } from '../support/condition.ts';
import {
  clientOf,
  idleDaemonSet,
  observe,
  workbench,
  type ApiServerUnderTest,
  type ObservedTransport,
  type Workbench,
} from './api-under-test.ts';

const patience = 15_000;

/** What the Cluster port promises, whichever API server answers. */
export function describeCluster(create: () => Promise<ApiServerUnderTest>): void {
  describe('Cluster', () => {
    let server: ApiServerUnderTest;
    let wire: ObservedTransport;
    let api: ApiClient;
    let bench: Workbench;
    let ns: string;
    const clusters: KubernetesCluster[] = [];

    beforeAll(async () => {
      server = await create();
      wire = observe(server.admin);
      api = clientOf(wire.send);
      bench = await workbench(api);
      ns = bench.namespace;
    });
    beforeEach(() => {
      wire.meddle = null;
      wire.requests.length = 0;
    });
    afterEach(async () => {
      await Promise.all(clusters.splice(0).map((cluster) => cluster.close()));
    });
    afterAll(async () => {
      await bench?.dispose();
      await server?.close();
    });

    function clusterOf(client: ApiClient = api, over: Partial<FollowSettings> = {}): KubernetesCluster {
      const cluster = createKubernetesCluster(client, systemClock, {
        clusterName: 'test',
        configMapNamespaces: [ns],
        follow: { watchSeconds: 30, backoffMinMs: 20, ...over },
      });
      clusters.push(cluster);
      return cluster;
    }

    async function started(over: Partial<FollowSettings> = {}): Promise<KubernetesCluster> {
      const cluster = clusterOf(api, over);
      cluster.start();
      await eventually('everything is listed', () => cluster.synced(), patience);
      return cluster;
    }

    const policies = (cluster: KubernetesCluster): string[] =>
      cluster
        .facts()
        .networkPolicies.filter(({ meta }) => meta.namespace === ns)
        .map(({ meta }) => meta.name)
        .toSorted();

    const policy = (name: string) => ({
      metadata: { name },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    });

    async function configMap(name: string, data: Record<string, string>): Promise<ObjectRef> {
      const { uid } = await bench.create('ConfigMap', 'v1', { metadata: { name }, data });
      return { kind: 'ConfigMap', namespace: ns, name, uid };
    }

    async function fresh(ref: ObjectRef): Promise<{ object: RawObject; resourceVersion: string }> {
      const read = await clusterOf().read(ref);
      if (!read.ok) throw new Error(`${ref.name}: ${read.reason}`);
      return { object: read.object, resourceVersion: resourceVersionOf(read.object) };
    }

    const dataOf = async (ref: ObjectRef): Promise<unknown> => (await fresh(ref)).object['data'];

    async function patch(
      ref: ObjectRef,
      operations: JsonPatchOperation[],
      over: { dryRun?: boolean; resourceVersion?: string; signal?: AbortSignal; fieldManager?: string } = {},
    ) {
      const resourceVersion = over.resourceVersion ?? (await fresh(ref)).resourceVersion;
      const options = { fieldManager: 'pathmedic-plan', dryRun: false, ...over, resourceVersion };
      return clusterOf().mutate({ verb: 'patch', target: ref, patch: operations }, options);
    }

    const setKey = (value: string): JsonPatchOperation => ({ op: 'replace', path: '/data/key', value });

    test('pages of two make the whole list, and changes arrive by watch without another list', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        await bench.create('NetworkPolicy', 'networking.k8s.io/v1', policy(`paged-${name}`));
      }
      wire.requests.length = 0;
      const cluster = clusterOf(api, { pageSize: 2 });
      cluster.start();
      const status = () => cluster.watchStatus().find(({ kind }) => kind === 'networkPolicies');
      await eventually('they are listed', () => status()?.listed === true, patience);
      expect(policies(cluster)).toEqual(['paged-a', 'paged-b', 'paged-c', 'paged-d', 'paged-e']);
      expect(cluster.facts().unknown.map(({ what }) => what)).not.toContain('networkPolicies');
      const lists = wire.requests.filter(({ path }) => /\/networkpolicies\?limit=2/.test(path));
      expect(lists.length).toBeGreaterThanOrEqual(3);
      expect(lists.slice(1).every(({ path }) => path.includes('continue='))).toBe(true);

      const created = await bench.create('NetworkPolicy', 'networking.k8s.io/v1', policy('watched'));
      await bench.remove('NetworkPolicy', 'paged-c');
      const expected = ['paged-a', 'paged-b', 'paged-d', 'paged-e', 'watched'];
      await eventually('both changes arrive', () => policies(cluster).join() === expected.join(), patience);
      const record = cluster.facts().networkPolicies.find(({ meta }) => meta.name === 'watched');
      expect(record?.meta).toMatchObject({ uid: created.uid, namespace: ns, deletingSinceMs: null });
      expect(status()?.relists).toBe(0);
    });

    test('one watch follows the other from where it ended', async () => {
      const cluster = await started({ watchSeconds: 1 });
      const watches = (): number =>
        wire.requests.filter(({ path }) => path.includes('networkpolicies?watch=true')).length;
      await eventually('the third watch', () => watches() >= 3, patience);
      await bench.create('NetworkPolicy', 'networking.k8s.io/v1', policy('late'));
      await eventually('a change is seen by it', () => policies(cluster).includes('late'), patience);
      expect(wire.requests.some(({ path }) => path.includes('allowWatchBookmarks=true'))).toBe(true);
      const { relists, state } = cluster.watchStatus().find(({ kind }) => kind === 'networkPolicies') ?? {};
      expect({ relists, state }).toEqual({ relists: 0, state: 'watching' });
    });

    test('a version that the API server has forgotten leads to a new list, and the watch goes on', async () => {
      server.forgetHistory();
      let asked = false;
      wire.meddle = (request) => {
        // Events are kept nowhere but in etcd, which has compacted its first versions long ago.
        if (asked || !request.path.includes('/events?watch=true')) return undefined;
        asked = true;
        return { ...request, path: request.path.replace(/resourceVersion=\d+/, 'resourceVersion=1') };
      };
      const cluster = clusterOf();
      cluster.start();
      const status = await eventually(
        'it lists again',
        () => cluster.watchStatus().find(({ kind, relists }) => kind === 'events' && relists === 1),
        patience,
      );
      expect(asked).toBe(true);
      expect(status).toMatchObject({ listed: true, state: 'watching', detail: '' });
    });

    test('what may not be read is unknown and says why, and holds up nothing else', async () => {
      const cluster = clusterOf(clientOf(server.nobody));
      expect(cluster.synced()).toBe(false);
      cluster.start();
      await eventually('every collection is refused', () => cluster.synced(), patience);
      const { unknown, pods } = cluster.facts();
      expect(unknown.map(({ what }) => what)).toEqual(expect.arrayContaining(['pods', 'nodes', 'events']));
      expect(unknown.find(({ what }) => what === 'pods')?.why).toMatch(/not allowed.*403/);
      expect(pods).toEqual([]);
      const refused = await cluster.read({ kind: 'ConfigMap', namespace: ns, name: 'any' });
      expect(refused).toMatchObject({ ok: false, reason: 'forbidden' });
    });

    test('a read finds the object that is meant, not another one of that name', async () => {
      const ref = await configMap('read', { key: 'a' });
      expect((await fresh(ref)).object).toMatchObject({ kind: 'ConfigMap', data: { key: 'a' } });
      const notFound = { ok: false, reason: 'not-found' };
      expect(await clusterOf().read({ ...ref, uid: 'another' })).toEqual(notFound);
      expect(await clusterOf().read({ ...ref, name: 'none' })).toEqual(notFound);
    });

    test('a patch is applied once, and the plan is known by its field manager', async () => {
      const { uid } = await bench.create('DaemonSet', 'apps/v1', idleDaemonSet('patched'));
      const ref: ObjectRef = { kind: 'DaemonSet', namespace: ns, name: 'patched', uid };
      const cluster = await started();
      const remove: JsonPatchOperation = {
        op: 'remove',
        path: '/spec/template/spec/nodeSelector/pathmedic.io~1test',
      };
      const add: JsonPatchOperation = {
        op: 'add',
        path: '/spec/template/spec/nodeSelector/pathmedic.io~1other',
        value: 'x',
      };
      // The DaemonSet controller of a real cluster writes the status meanwhile.
      const result = await eventually(
        'the patch is not overtaken',
        async () => {
          const tried = await patch(ref, [add, remove], { fieldManager: 'pathmedic-plan-1' });
          return !tried.ok && tried.reason === 'conflict' ? null : tried;
        },
        patience,
      );
      const { object, resourceVersion } = await fresh(ref);
      expect(result).toMatchObject({ ok: true, generation: 2 });
      expect(object).toMatchObject({
        metadata: { generation: 2 },
        spec: { template: { spec: { nodeSelector: { 'pathmedic.io/other': 'x' } } } },
      });
      expect(Number(resourceVersion)).toBeGreaterThan(0);
      const record = await eventually(
        'the watch shows it',
        () => cluster.facts().daemonSets.find(({ meta }) => meta.uid === uid && meta.generation === 2),
        patience,
      );
      expect(record.template.nodeSelector).toEqual({ 'pathmedic.io/other': 'x' });
      const ours = record.meta.writes.find(({ manager }) => manager === 'pathmedic-plan-1');
      expect(ours?.fields).toEqual(['spec.template.spec.nodeSelector']);
      expect(record.meta.writes.some(({ manager }) => manager === 'set-up')).toBe(true);
    });

    test('a dry run changes nothing and refuses what the real thing would', async () => {
      const ref = await configMap('dry', { key: 'a' });
      expect(await patch(ref, [setKey('b')], { dryRun: true })).toMatchObject({ ok: true });
      const number: JsonPatchOperation = { op: 'replace', path: '/data/key', value: 5 };
      expect(await patch(ref, [number], { dryRun: true })).toMatchObject({ ok: false, reason: 'invalid' });
      const { resourceVersion } = await fresh(ref);
      const options = { fieldManager: 'x', dryRun: true, resourceVersion };
      expect(await clusterOf().mutate({ verb: 'delete', target: ref }, options)).toMatchObject({ ok: true });
      expect(await dataOf(ref)).toEqual({ key: 'a' });
    });

    test('a write to an object that changed since it was read is refused', async () => {
      const ref = await configMap('stale', { key: 'a' });
      const { resourceVersion } = await fresh(ref);
      expect(await patch(ref, [setKey('b')])).toMatchObject({ ok: true });
      expect(await patch(ref, [setKey('c')], { resourceVersion })).toMatchObject({
        ok: false,
        reason: 'conflict',
      });
      const options = { fieldManager: 'x', dryRun: false, resourceVersion };
      const removed = await clusterOf().mutate({ verb: 'delete', target: ref }, options);
      expect(removed).toMatchObject({ ok: false, reason: 'conflict' });
      expect(await dataOf(ref)).toEqual({ key: 'b' });
    });

    test('each refusal has its own name, and none of them changes anything', async () => {
      const ref = await configMap('refusals', { key: 'a' });
      const reasonOf = async (tried: ReturnType<typeof patch>): Promise<string> => {
        const result = await tried;
        return result.ok ? 'ok' : result.reason;
      };
      const test: JsonPatchOperation = { op: 'test', path: '/data/key', value: 'other' };
      expect(await reasonOf(patch(ref, [test, setKey('b')]))).toBe('test-failed');
      const { resourceVersion } = await fresh(ref);
      const missing = { ...ref, name: 'missing' };
      expect(await reasonOf(patch(missing, [setKey('b')], { resourceVersion }))).toBe('not-found');
      const reborn = { ...ref, uid: 'another' };
      expect(await reasonOf(patch(reborn, [setKey('b')], { resourceVersion }))).toBe('test-failed');
      const nowhere: JsonPatchOperation = { op: 'remove', path: '/data/none' };
      expect(await reasonOf(patch(ref, [nowhere]))).toBe('test-failed');
      const badKey: JsonPatchOperation = { op: 'add', path: '/data/not a key', value: 'x' };
      expect(await reasonOf(patch(ref, [badKey]))).toBe('invalid');
      const unknownField: JsonPatchOperation = { op: 'add', path: '/unknownField', value: 'x' };
      expect(await reasonOf(patch(ref, [unknownField]))).toBe('invalid');
      const options = { fieldManager: 'x', dryRun: false, resourceVersion };
      const denied = await clusterOf(clientOf(server.nobody)).mutate(
        { verb: 'patch', target: ref, patch: [setKey('b')] },
        options,
      );
      expect(denied).toMatchObject({ ok: false, reason: 'forbidden' });
      expect(await dataOf(ref)).toEqual({ key: 'a' });
    });

    test('a delete is bound to the UID and to the version that was read', async () => {
      const ref = await configMap('deleted', { key: 'a' });
      const { resourceVersion } = await fresh(ref);
      const options = { fieldManager: 'x', dryRun: false, resourceVersion };
      const other = { ...ref, uid: '00000000-0000-4000-8000-000000000000' };
      const refused = await clusterOf().mutate({ verb: 'delete', target: other }, options);
      expect(refused).toMatchObject({ ok: false, reason: 'conflict' });
      expect(await clusterOf().mutate({ verb: 'delete', target: ref }, options)).toMatchObject({ ok: true });
      expect(await clusterOf().read(ref)).toEqual({ ok: false, reason: 'not-found' });
      const again = await clusterOf().mutate({ verb: 'delete', target: ref }, options);
      expect(again).toMatchObject({ ok: false, reason: 'not-found' });
    });

    test('a lost answer is ambiguous, and the request is not sent again', async () => {
      const ref = await configMap('lost', { key: 'a' });
      const { resourceVersion } = await fresh(ref);
      wire.requests.length = 0;
      wire.meddle = () => ({ loseReply: new Error('socket hang up') });
      const result = await patch(ref, [setKey('b')], { resourceVersion });
      wire.meddle = null;
      expect(result).toMatchObject({ ok: false, reason: 'ambiguous' });
      expect(wire.requests).toHaveLength(1);
      expect(await dataOf(ref)).toEqual({ key: 'b' });
    });

    test('nothing is sent once the signal has aborted', async () => {
      const ref = await configMap('aborted', { key: 'a' });
      const { resourceVersion } = await fresh(ref);
      wire.requests.length = 0;
      const result = await patch(ref, [setKey('b')], { resourceVersion, signal: AbortSignal.abort() });
      expect(result).toMatchObject({ ok: false, reason: 'throttled' });
      expect(wire.requests).toEqual([]);
    });

    describe('pods', () => {
      let pod: { name: string; uid: string; node: string };
      const lines = ['first', 'login with password=swordfish', '\u001B[31mred\u001B[0m', 'last'];
      beforeAll(async () => {
        pod = { name: 'logging', ...(await server.podWithLog(ns, 'logging', lines)) };
      }, 60_000);

      test('logs are read from the end, redacted and cleaned', async () => {
        const read = (over: object) =>
          clusterOf().logs({ namespace: ns, pod: 'logging', previous: false, tailLines: 10, ...over });
        const shown = await eventually('the container has written', async () => {
          const seen = await read({});
          return seen !== null && seen.length === lines.length ? seen : null;
        });
        expect(shown).toEqual(['first', 'login with password=[redacted]', 'red', 'last']);
        expect(await read({ tailLines: 1 })).toEqual(['last']);
        expect(await read({ container: 'none' })).toBeNull();
        expect(await read({ previous: true })).toBeNull();
        expect(await read({ pod: 'none' })).toBeNull();
      });

      test('a bound token tells its pod and node, for its own audience only', async () => {
        const token = await server.boundToken(ns, pod, 'pathmedic');
        expect(await clusterOf().reviewToken(token, 'pathmedic')).toEqual({
          ok: true,
          username: `system:serviceaccount:${ns}:default`,
          namespace: ns,
          serviceAccount: 'default',
          podName: pod.name,
          podUid: pod.uid,
          nodeName: pod.node,
        });
        const elsewhere = await clusterOf().reviewToken(token, 'somebody-else');
        expect(elsewhere).toMatchObject({ ok: false });
        expect(await clusterOf().reviewToken('made-up', 'pathmedic')).toMatchObject({
          ok: false,
          reason: 'invalid',
        });
        const refused = await clusterOf(clientOf(server.nobody)).reviewToken(token, 'pathmedic');
        expect(refused).toMatchObject({ ok: false, reason: 'unavailable' });
      });
    });
  });
}
