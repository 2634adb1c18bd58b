import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { HostReading } from '@pathmedic/shared/contract/host-reading.ts';
import { createVirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { systemFiles } from './host-files.ts';
import type { HostFiles } from './host-files.ts';
import { createHostLoop } from './host-loop.ts';
import { readKubeProxy } from './kube-proxy-health.ts';
import { readHost } from './read-host.ts';

/** As the kernel writes it: 192.168.56.12/24 on eth0, pods of two other nodes over flannel.1, one range refused. */
const routeTable = [
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
  'eth0\t00000000\t0138A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
  'cni0\t0001F40A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  'flannel.1\t0002F40A\t0002F40A\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  '*\t0003F40A\t00000000\t0200\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  'cali12345678901\t0504F40A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0',
  'eth0\t0038A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
  '',
].join('\n');

const node: Record<string, string> = {
  '/proc/net/route': routeTable,
  '/proc/net/stat/arp_cache': 'entries  allocs\n000003e8  00000400\n000003e8  00000400\n',
  '/proc/sys/net/ipv4/ip_forward': '0\n',
  '/proc/sys/net/bridge/bridge-nf-call-iptables': '1\n',
  '/proc/sys/net/netfilter/nf_conntrack_count': '65000\n',
  '/proc/sys/net/netfilter/nf_conntrack_max': '65536\n',
  '/proc/sys/net/ipv4/neigh/default/gc_thresh3': '1024\n',
  '/proc/sys/net/ipv4/conf/all/rp_filter': '1\n',
  ...networkInterface('lo', { index: 1, mtu: 65_536 }),
  // In a lab or a virtual node the node's own card may be one end of a pair.
  ...networkInterface('eth0', { index: 2, link: 9, mtu: 1500, rpFilter: 2 }),
  ...networkInterface('flannel.1', { index: 3, link: 2, mtu: 1450, state: 'unknown' }),
  ...networkInterface('cni0', { index: 4, mtu: 1450, state: 'down' }),
  ...networkInterface('veth0a1b2c3d', { index: 5, link: 2, mtu: 1450 }),
};

interface Interface {
  index: number;
  link?: number;
  mtu: number;
  state?: string;
  rpFilter?: number;
}

function networkInterface(
  name: string,
  { index, link = index, mtu, state = 'up', rpFilter = 0 }: Interface,
): Record<string, string> {
  return {
    [`/sys/class/net/${name}/ifindex`]: `${index}\n`,
    [`/sys/class/net/${name}/iflink`]: `${link}\n`,
    [`/sys/class/net/${name}/mtu`]: `${mtu}\n`,
    [`/sys/class/net/${name}/flags`]: '0x1003\n',
    [`/sys/class/net/${name}/operstate`]: `${state}\n`,
    [`/proc/sys/net/ipv4/conf/${name}/rp_filter`]: `${rpFilter}\n`,
  };
}

function filesOf(content: Record<string, string>): HostFiles {
  return {
    read(path) {
      const text = content[path];
      return text === undefined ? { found: false, reason: 'absent' } : { found: true, text };
    },
    list: (path) => [
      ...new Set(
        Object.keys(content).flatMap((file) =>
          file.startsWith(`${path}/`) ? [file.slice(path.length + 1).split('/')[0] ?? ''] : [],
        ),
      ),
    ],
  };
}

test("reads the node's routes, interfaces, switches and limits; what leads to one pod is left out", () => {
  const reading = readHost(filesOf(node), 'healthy');
  expect(HostReading.parse(reading)).toEqual(reading);
  expect(reading).toEqual({
    ipForward: false,
    bridgeNetfilter: 'on',
    interfaces: [
      { name: 'cni0', mtuBytes: 1450, up: false, rpFilter: 'strict' },
      { name: 'eth0', mtuBytes: 1500, up: true, rpFilter: 'loose' },
      { name: 'flannel.1', mtuBytes: 1450, up: true, rpFilter: 'strict' },
    ],
    routes: [
      { destination: '0.0.0.0/0', gateway: '192.168.56.1', interface: 'eth0' },
      { destination: '10.244.1.0/24', gateway: null, interface: 'cni0' },
      { destination: '10.244.2.0/24', gateway: '10.244.2.0', interface: 'flannel.1' },
      { destination: '10.244.3.0/24', gateway: null, interface: null },
      { destination: '192.168.56.0/24', gateway: null, interface: 'eth0' },
    ],
    conntrack: { count: 65_000, max: 65_536 },
    neighbours: { entries: 1000, max: 1024 },
    kubeProxy: 'healthy',
  });
});

test('what cannot be read is unknown; a bridge filter that is not there is not loaded', () => {
  expect(readHost(filesOf({}), null)).toEqual({
    ipForward: null,
    bridgeNetfilter: null,
    interfaces: [],
    routes: null,
    conntrack: null,
    neighbours: null,
    kubeProxy: null,
  });
  const bare = filesOf({ '/proc/sys/net/ipv4/ip_forward': '1\n' });
  expect(readHost(bare, null)).toMatchObject({ ipForward: true, bridgeNetfilter: 'not-loaded' });
});

test('reads this machine without any right, as the contract wants it', () => {
  const reading = readHost(systemFiles, null);
  expect(HostReading.parse(reading)).toEqual(reading);
  expect(reading.ipForward).not.toBeNull();
});

test('kube-proxy is healthy, unhealthy, or not there', async () => {
  let status = 200;
  const server = createServer((_request, response) => void response.writeHead(status).end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const at = { address: '127.0.0.1', port: typeof bound === 'object' && bound !== null ? bound.port : 0 };
  expect(await readKubeProxy(at)).toBe('healthy');
  status = 503;
  expect(await readKubeProxy(at)).toBe('unhealthy');
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  expect(await readKubeProxy(at)).toBe('not-listening');
});

test('a change is told at once, the same again only after a minute, moving amounts not at all', async () => {
  const clock = createVirtualClock();
  const content = { ...node };
  const loop = createHostLoop({ clock, read: () => Promise.resolve(readHost(filesOf(content), 'healthy')) });
  loop.start();
  expect(loop.take()).toBeNull();
  await clock.advanceBy(0);
  expect(loop.take()?.ipForward).toBe(false);
  content['/proc/sys/net/netfilter/nf_conntrack_count'] = '64000\n';
  await clock.advanceBy(15_000);
  expect(loop.take()).toBeNull();
  content['/proc/sys/net/ipv4/ip_forward'] = '1\n';
  await clock.advanceBy(15_000);
  expect(loop.take()?.ipForward).toBe(true);
  await clock.advanceBy(59_000);
  expect(loop.take()).toBeNull();
  await clock.advanceBy(1_000);
  expect(loop.take()?.conntrack?.count).toBe(64_000);
  loop.stop();
  expect(clock.pending()).toBe(0);
});
