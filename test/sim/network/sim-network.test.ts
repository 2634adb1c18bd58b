import { createSocket } from 'node:dgram';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decode, encode } from 'dns-packet';
import type { DecodedPacket } from 'dns-packet';
import type { VirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import type { Pod } from '../apiserver/stored-pods.ts';
import type { PodProgram } from '../controllers/pod-program.ts';
import { breakCorefile, forgetDnsInPolicy } from '../faults.ts';
import type { SimCluster } from '../sim-cluster.ts';
import { createSimCluster } from '../sim-cluster.ts';

const DNS_PORT = 5453;
const HTTP_PORT = 8080;
/** How long silence is listened to: loopback answers in well under a millisecond. */
const SILENCE_MS = 150;
/** How long an answer may take on a busy machine. */
const ANSWER_MS = 5_000;

let clock: VirtualClock;
let cluster: SimCluster;

/** Answers each line with who asked, over TCP and UDP: on the pod's own address, behind the advertised port. */
const echo: PodProgram = (context) => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => socket.end(`${context.pod.metadata.name} sees ${socket.remoteAddress ?? ''}`));
  });
  server.listen(18_080, context.address);
  const datagrams = createSocket('udp4');
  datagrams.on('message', (_, source) =>
    datagrams.send(`${context.pod.metadata.name} sees ${source.address}`, source.port, source.address),
  );
  datagrams.bind(18_080, context.address);
  const relay = cluster.network.expose(context.address, [
    { transport: 'TCP', port: HTTP_PORT, backendPort: 18_080 },
    { transport: 'UDP', port: HTTP_PORT, backendPort: 18_080 },
  ]);
  context.setReady(true);
  return {
    stop() {
      relay.close();
      server.close();
      datagrams.close();
    },
  };
};

async function advanceUntil(what: string, holds: () => boolean): Promise<void> {
  const end = clock.monotonicMs() + 120_000;
  while (!holds())
    if (clock.monotonicMs() > end || !(await clock.runNext())) throw new Error(`does not happen: ${what}`);
  await cluster.network.settled();
}

beforeEach(async () => {
  clock = createVirtualClock();
  cluster = createSimCluster({
    nodes: 3,
    clock,
    block: 30,
    dnsPort: DNS_PORT,
    programs: [
      (pod, container) => (container.name === 'echo' && pod.metadata.namespace === 'app' ? echo : undefined),
    ],
  });
  await cluster.start();
  await advanceUntil('the cluster is healthy', () => cluster.isHealthy());
});

afterEach(() => cluster.stop());

function withTimeout<T>(
  waitMs: number,
  work: (done: (value: T | string) => void) => () => void,
): Promise<T | string> {
  return new Promise((resolve) => {
    const done = (value: T | string): void => {
      clearTimeout(timer);
      end();
      resolve(value);
    };
    const timer = setTimeout(() => done('silence'), waitMs);
    const end = work(done);
  });
}

function askUdp(
  from: string,
  to: string,
  port: number,
  message: Buffer,
  waitMs = ANSWER_MS,
): Promise<Buffer | string> {
  return withTimeout<Buffer>(waitMs, (done) => {
    const socket = createSocket('udp4');
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
    socket.on('message', (answer) => done(answer));
    socket.bind({ address: from, port: 0 }, () => socket.connect(port, to, () => socket.send(message)));
    return () => socket.close();
  });
}

function askTcp(
  from: string,
  to: string,
  port: number,
  message: Buffer,
  waitMs = ANSWER_MS,
): Promise<Buffer | string> {
  return withTimeout<Buffer>(waitMs, (done) => {
    const socket = connect({ host: to, port, localAddress: from });
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
    socket.on('connect', () => socket.write(message));
    socket.on('data', (answer) => done(answer));
    return () => socket.destroy();
  });
}

const question = (name: string): Buffer =>
  encode({ type: 'query', id: 7, flags: 256, questions: [{ type: 'A', name }] });

function show(answer: Buffer | string): string {
  if (typeof answer === 'string') return answer;
  const packet: DecodedPacket & { rcode?: string } = decode(answer);
  return [
    packet.rcode,
    ...(packet.answers ?? []).map((item) => (item.type === 'A' ? item.data : item.type)),
  ].join(' ');
}

async function dns(from: string, to: string, name: string, waitMs = ANSWER_MS): Promise<string> {
  return show(await askUdp(from, to, DNS_PORT, question(name), waitMs));
}

async function dnsOverTcp(from: string, to: string, name: string, waitMs = ANSWER_MS): Promise<string> {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(question(name).length);
  const answer = await askTcp(from, to, DNS_PORT, Buffer.concat([head, question(name)]), waitMs);
  return show(typeof answer === 'string' ? answer : answer.subarray(2));
}

const pods = (namespace: string, label: string): Pod[] =>
  cluster.client
    .list('pods', namespace)
    .filter((pod) => Object.values(pod.metadata.labels ?? {}).includes(label));
const ip = (pod: Pod | undefined): string => pod?.status.podIP ?? '';
const vip = (): string => cluster.plan.dnsServiceAddress;
const appPod = (): Pod | undefined => pods('app', 'echo')[0];

test('cluster DNS answers over UDP and TCP, at each pod and at the Service, as CoreDNS would', async () => {
  const from = ip(appPod());
  const service = cluster.client.get('services', 'app', 'echo')?.spec.clusterIP ?? '';
  for (const server of [vip(), ...pods('kube-system', 'kube-dns').map(ip)]) {
    expect(await dns(from, server, 'echo.app.svc.cluster.local')).toBe(`NOERROR ${service}`);
    expect(await dnsOverTcp(from, server, 'echo.app.svc.cluster.local')).toBe(`NOERROR ${service}`);
  }
  expect(await dns(from, vip(), 'nothing.app.svc.cluster.local')).toBe('NXDOMAIN');
  expect(await dns(from, vip(), 'external.example.com')).toBe('NOERROR 192.0.2.10');
  cluster.network.setUpstream('silent');
  expect(await dns(from, vip(), 'external.example.com')).toBe('SERVFAIL');
});

test('with CoreDNS crash-looping the Service and the pods refuse, and serve again after the repair', async () => {
  const person = cluster.person('sam');
  const from = ip(appPod());
  await breakCorefile(cluster, person);
  await advanceUntil('both crash-loop', () =>
    pods('kube-system', 'kube-dns').every(
      (pod) => pod.status.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff',
    ),
  );
  expect(await dns(from, vip(), 'echo.app.svc.cluster.local')).toBe('ECONNREFUSED');
  expect(await dnsOverTcp(from, vip(), 'echo.app.svc.cluster.local')).toBe('ECONNREFUSED');
  expect(await dns(from, ip(pods('kube-system', 'kube-dns')[0]), 'echo.app.svc.cluster.local')).toBe(
    'ECONNREFUSED',
  );
  cluster.client.patch(
    'configmaps',
    { namespace: 'kube-system', name: 'coredns' },
    {
      data: {
        Corefile: (
          cluster.client.get('configmaps', 'kube-system', 'coredns')?.data?.['Corefile'] ?? ''
        ).replace('redy', 'ready'),
      },
    },
    { manager: 'plan' },
  );
  await advanceUntil('CoreDNS is back', () => cluster.isHealthy());
  expect(await dns(from, vip(), 'echo.app.svc.cluster.local')).toContain('NOERROR');
});

test('a policy that forgets DNS silences it for its namespace alone, and leaves the rest of the namespace working', async () => {
  await forgetDnsInPolicy(cluster.person('sam'), 'app');
  const [first, second] = pods('app', 'echo');
  const other = ip(pods('kube-system', 'kube-dns')[0]);
  expect(await dns(ip(first), vip(), 'echo.app.svc.cluster.local', SILENCE_MS)).toBe('silence');
  expect(await dnsOverTcp(ip(first), vip(), 'echo.app.svc.cluster.local', SILENCE_MS)).toBe('silence');
  expect(await dns(other, vip(), 'echo.app.svc.cluster.local')).toContain('NOERROR');
  expect(String(await askTcp(ip(first), ip(second), HTTP_PORT, Buffer.from('hi')))).toBe(
    `${second?.metadata.name ?? ''} sees ${ip(first)}`,
  );
  expect(cluster.network.connectivity.allowed(ip(first), other, 'UDP', DNS_PORT)).toEqual({
    passes: false,
    reason: 'policy',
  });
});

test('a pod sees the address of who really asks, at its own address and behind the Service, over TCP and UDP', async () => {
  const [first, second] = pods('app', 'echo');
  const service = cluster.client.get('services', 'app', 'echo')?.spec.clusterIP ?? '';
  expect(String(await askUdp(ip(first), ip(second), HTTP_PORT, Buffer.from('hi')))).toBe(
    `${second?.metadata.name ?? ''} sees ${ip(first)}`,
  );
  const backends = new Set<string>();
  for (let turn = 0; turn < 6; turn += 1) {
    const answer = String(await askTcp(ip(first), service, 80, Buffer.from('hi')));
    expect(answer).toContain(`sees ${ip(first)}`);
    backends.add(answer);
  }
  expect(backends.size).toBe(3);
});

test('a node whose CNI state is lost is cut off for pods, not for the node itself', async () => {
  const here = pods('app', 'echo').find((pod) => pod.spec.nodeName === 'node2');
  const there = pods('app', 'echo').find((pod) => pod.spec.nodeName === 'node3');
  const talk = (waitMs: number): Promise<Buffer | string> =>
    askTcp(ip(there), ip(here), HTTP_PORT, Buffer.from('hi'), waitMs);
  cluster.machine('node2').loseCni();
  expect(await talk(SILENCE_MS)).toBe('silence');
  expect(cluster.network.connectivity.allowed(ip(here), ip(there), 'UDP', 1)).toEqual({
    passes: false,
    reason: 'cni-down',
  });
  expect(
    cluster.network.connectivity.allowed(cluster.plan.nodeAddress(2), cluster.plan.nodeAddress(3), 'TCP', 1),
  ).toEqual({ passes: true });
  expect(cluster.network.connectivity.allowed(cluster.plan.nodeAddress(3), ip(here), 'TCP', 1)).toEqual({
    passes: false,
    reason: 'cni-down',
  });
  expect(cluster.network.connectivity.allowed(cluster.plan.nodeAddress(2), ip(here), 'TCP', 1)).toEqual({
    passes: true,
  });
  // Masqueraded behind node2's own address, a pod's packets to other nodes need no overlay.
  expect(cluster.network.connectivity.allowed(ip(here), cluster.plan.nodeAddress(3), 'TCP', 1)).toEqual({
    passes: true,
  });
  cluster.machine('node2').configureCni();
  expect(String(await talk(ANSWER_MS))).toContain('sees');
});

test('a cut pod network heals when the cut ends, and a one-way cut has a direction', () => {
  const { connectivity } = cluster.network;
  const here = ip(pods('app', 'echo').find((pod) => pod.spec.nodeName === 'node2'));
  const there = ip(pods('app', 'echo').find((pod) => pod.spec.nodeName === 'node3'));
  const heal = connectivity.cutNode('node2', 'pod-network');
  expect([
    connectivity.allowed(here, there, 'TCP', 1).passes,
    connectivity.allowed(there, here, 'TCP', 1).passes,
  ]).toEqual([false, false]);
  heal();
  expect(connectivity.allowed(here, there, 'TCP', 1)).toEqual({ passes: true });
  const healPair = connectivity.cutPair('node2', 'node3', true);
  expect([
    connectivity.allowed(here, there, 'TCP', 1).passes,
    connectivity.allowed(there, here, 'TCP', 1).passes,
  ]).toEqual([false, true]);
  healPair();
  const healLoss = connectivity.loseShare('node2', 1);
  expect(connectivity.allowed(here, there, 'UDP', 1)).toEqual({ passes: false, reason: 'lost' });
  healLoss();
});

test('a deleted pod refuses at its address and its Service goes on with the others', async () => {
  const [first, second] = pods('app', 'echo');
  const service = cluster.client.get('services', 'app', 'echo')?.spec.clusterIP ?? '';
  cluster.client.patch(
    'deployments',
    { namespace: 'app', name: 'echo' },
    { spec: { replicas: 2 } },
    { manager: 'sam' },
  );
  await advanceUntil('two are left', () => pods('app', 'echo').length === 2);
  const gone = [first, second].find(
    (pod) => cluster.client.get('pods', 'app', pod?.metadata.name ?? '') === undefined,
  );
  const left = pods('app', 'echo')[0];
  if (gone !== undefined)
    expect(await askTcp(ip(left), ip(gone), HTTP_PORT, Buffer.from('hi'))).toBe('ECONNREFUSED');
  for (let turn = 0; turn < 3; turn += 1)
    expect(String(await askTcp(ip(left), service, 80, Buffer.from('hi')))).toContain('sees');
});
