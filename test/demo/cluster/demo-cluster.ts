import { createServer } from 'node:net';
import { QUICK_TIMING } from '../../sim/controllers/timing.ts';
import type { ProgramLookup } from '../../sim/controllers/pod-program.ts';
import { RESOURCES } from '../../sim/apiserver/resource-table.ts';
import { isReady } from '../../sim/controllers/pod-readiness.ts';
import { createSimCluster, type SimCluster } from '../../sim/sim-cluster.ts';

export interface DemoCluster {
  cluster: SimCluster;
  stop(): Promise<void>;
}

const nodeCount = 5;
const settleWithinMs = 30_000;
/** A cluster that nobody has touched for a month: what changed last night is then what somebody changed. */
const ageMs = 30 * 24 * 3_600_000;

/** A simulated cluster in real time that two demos on one machine can have at once. */
export async function createDemoCluster(options: {
  programs: readonly ProgramLookup[];
  dnsPort: number;
  onError: (what: string, error: unknown) => void;
}): Promise<DemoCluster> {
  const { block, release } = await claimAddresses();
  const cluster = createSimCluster({
    nodes: nodeCount,
    block,
    timing: QUICK_TIMING,
    ...options,
    // Well-known ports of workloads need root; nothing in the demo uses them.
    onError: options.onError,
  });
  addApiService(cluster);
  await cluster.start();
  await cluster.until('the cluster runs', () => runs(cluster), settleWithinMs);
  backdate(cluster, new Date(Date.now() - ageMs));
  return {
    cluster,
    async stop() {
      await cluster.stop();
      release();
    },
  };
}

function runs(cluster: SimCluster): boolean {
  const pods = cluster.client.list('pods');
  return pods.some((pod) => pod.metadata.namespace === 'app') && pods.every(isReady);
}

/** Makes everything old: objects, the marks of who wrote them, and no events are left. */
function backdate(cluster: SimCluster, date: Date): void {
  const { store } = cluster.server;
  const at = date.toISOString().replace(/\.\d+Z$/, 'Z');
  for (const { resource } of RESOURCES) {
    for (const object of store.list(resource, '')) {
      const { metadata } = object;
      if (resource === 'events') {
        cluster.client.delete(resource, { namespace: metadata.namespace ?? '', name: metadata.name });
        continue;
      }
      const managedFields = (metadata.managedFields ?? []).map((entry) => ({ ...entry, time: at }));
      store.put(resource, { ...object, metadata: { ...metadata, creationTimestamp: at, managedFields } });
    }
  }
}

/** The Service that every cluster has, whose name agents resolve. */
function addApiService(cluster: SimCluster): void {
  if (cluster.client.get('services', 'default', 'kubernetes') !== undefined) return;
  const spec = {
    clusterIP: `${cluster.plan.servicePrefix}1`,
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
  };
  const metadata = {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  };
  cluster.client.create('services', { metadata, spec }, 'kube-apiserver');
}

const lockPort = 8469;
const blocks = 12;

/** The first block of loopback addresses that no other demo has; held by a listener, which ends with the process. */
async function claimAddresses(): Promise<{ block: number; release: () => void }> {
  for (let block = 0; block < blocks; block += 1) {
    const server = createServer((socket) => socket.destroy());
    const held = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ host: `127.${40 + 3 * block}.255.254`, port: lockPort }, () => resolve(true));
    });
    if (held) return { block, release: () => void server.close() };
  }
  throw new Error(`${blocks} demos run on this machine already`);
}

/** Port 53 where this process may listen on it, else one that everybody may. */
export async function chooseDnsPort(): Promise<number> {
  const server = createServer();
  const may = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: '127.39.255.254', port: 53 }, () => resolve(true));
  });
  if (!may) return 1053;
  await new Promise((resolve) => server.close(resolve));
  return 53;
}

/** `preferred` on 127.0.0.1 if it is free, else any free port. */
export async function choosePort(preferred: number): Promise<number> {
  for (const port of [preferred, 0]) {
    const server = createServer();
    const found = await new Promise<number | null>((resolve) => {
      server.once('error', () => resolve(null));
      server.listen({ host: '127.0.0.1', port }, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : null);
      });
    });
    if (found === null) continue;
    await new Promise((resolve) => server.close(resolve));
    return found;
  }
  throw new Error('no port is free on 127.0.0.1');
}
