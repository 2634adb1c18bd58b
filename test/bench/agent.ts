/**
 * What one agent costs at the design's budget: 10 probes/s out and 10 probes/s in, and the paths with large packets (three
 * peers, UDP and TCP, each every 15 s), one report a window.
 * Two agent processes probe each other over loopback; the first one's CPU and memory are read from its /metrics.
 *
 *   node test/bench/agent.ts [--entry FILE] [--warm-up SECONDS] [--seconds N] [--protocols tcp,udp,...]
 *                            [--mtu-paths N]
 *
 * Prints one JSON object; exit code 1 above the budget. Measures a bundle as it ships, or what `--entry` names. An agent
 * runs for weeks: it is warmed up until V8 has compiled what runs often. `emptyWakeUpMicros` is what a bare process pays
 * here for a timer that does nothing, the machine's own share in all of it (10 to 20 on hardware, 100 and more in some
 * virtual machines).
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { AgentPlan, ProbeSpec } from '@pathmedic/shared/contract/plan.ts';
import { Report } from '@pathmedic/shared/contract/report.ts';

const budget = { cpuMillicores: 10, rssMiB: 90 };
const nodes = [
  { name: 'node-a', address: '127.0.3.1' },
  { name: 'node-b', address: '127.0.3.2' },
] as const;
const ports = { tcp: 28_471, udp: 28_471, http: 28_472, restricted: 28_473, metrics: 28_474 };

const { values } = parseArgs({
  options: {
    entry: { type: 'string' },
    'warm-up': { type: 'string', default: '90' },
    seconds: { type: 'string', default: '30' },
    'mtu-paths': { type: 'string', default: '6' },
    protocols: { type: 'string', default: 'tcp,tcp,tcp,tcp,udp,udp,udp,http,http,http' },
  },
});

const protocols = z.array(z.enum(['tcp', 'udp', 'http'])).parse(values.protocols.split(','));

/** Paths with large packets, over UDP and TCP by turns. */
function mtuProbes(node: string, peer: (typeof nodes)[number]): ProbeSpec[] {
  return Array.from({ length: Number(values['mtu-paths']) }, (_, index): ProbeSpec => {
    const transport = index % 2 === 0 ? 'udp' : 'tcp';
    return {
      pathId: `mtu|${transport}|${node}/pod|${peer.name}/pod-${index}`,
      protocol: 'mtu',
      transport,
      address: peer.address,
      port: ports[transport],
      intervalMs: 15_000,
      timeoutMs: 1_000,
      expect: { podUid: `uid-${peer.name}` },
    };
  });
}

/** One path for each listed protocol, each probed once a second, and those with large packets. */
function planFor(node: string, peer: (typeof nodes)[number]): AgentPlan {
  const probes = protocols.map((protocol, index): ProbeSpec => ({
    pathId: `pod|${protocol}|${node}/pod|${peer.name}/pod-${index}`,
    protocol,
    address: peer.address,
    port: ports[protocol],
    intervalMs: 1_000,
    timeoutMs: 1_000,
    expect: { podUid: `uid-${peer.name}` },
  }));
  const keys = [{ id: 'bench', secret: 'a-key-for-the-benchmark' }];
  return {
    schema: 1,
    version: 'v1',
    node,
    mode: 'pod',
    windowMs: 5_000,
    keys,
    probes: [...probes, ...mtuProbes(node, peer)],
    checks: [],
  };
}

let reportBytes = 0;
let reports = 0;
let probesReported = 0;
let probesOk = 0;
const coordinator = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') {
      const node = new URL(request.url ?? '/', 'http://bench').searchParams.get('node') ?? '';
      response.end(JSON.stringify(planFor(node, node === nodes[0].name ? nodes[1] : nodes[0])));
      return;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const report = Report.parse(JSON.parse(text));
    reports += 1;
    reportBytes += text.length;
    for (const path of report.paths) {
      probesReported += path.sent;
      probesOk += path.ok;
    }
    response.end(JSON.stringify({ planVersion: 'v1' }));
  });
});
coordinator.listen(0, '127.0.0.1');
await once(coordinator, 'listening');
const bound = coordinator.address();
const coordinatorPort = typeof bound === 'object' && bound !== null ? bound.port : 0;

const directory = mkdtempSync(join(tmpdir(), 'pathmedic-bench-'));
writeFileSync(join(directory, 'token'), 'bench');
const entry = values.entry ?? buildBundle();

function buildBundle(): string {
  const build = join(import.meta.dirname, '../../probe-agent/build.ts');
  execFileSync(process.execPath, [build, '--out', directory], { stdio: 'ignore' });
  return join(directory, 'agent.js');
}

/** CPU time of one timer that does nothing, five times a second, in microseconds. */
function emptyWakeUpMicros(): number {
  const program =
    'setInterval(()=>{},200);setTimeout(()=>{const a=process.cpuUsage();setTimeout(()=>{' +
    'const b=process.cpuUsage(a);console.log((b.user+b.system)/25);process.exit()},5000)},1000)';
  return Math.round(Number(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })));
}
const wakeUpMicros = emptyWakeUpMicros();
const agents = nodes.map(({ name, address }) =>
  spawn(process.execPath, [entry], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      NODE_ENV: 'production',
      PATHMEDIC_NODE_NAME: name,
      PATHMEDIC_POD_NAMESPACE: 'bench',
      PATHMEDIC_POD_NAME: `agent-${name}`,
      PATHMEDIC_POD_UID: `uid-${name}`,
      PATHMEDIC_COORDINATOR_URLS: `http://127.0.0.1:${coordinatorPort}`,
      PATHMEDIC_TOKEN_FILE: join(directory, 'token'),
      PATHMEDIC_BIND_ADDRESS: address,
      PATHMEDIC_ALLOWED_CIDRS: '127.0.0.0/8',
      PATHMEDIC_ALLOWED_PORTS: '1-65535',
      PATHMEDIC_LISTEN_TCP: String(ports.tcp),
      PATHMEDIC_LISTEN_UDP: String(ports.udp),
      PATHMEDIC_LISTEN_HTTP: String(ports.http),
      PATHMEDIC_LISTEN_RESTRICTED: String(ports.restricted),
      PATHMEDIC_LISTEN_METRICS: String(ports.metrics),
    },
  }),
);
process.on('exit', () => {
  for (const agent of agents) agent.kill('SIGKILL');
});

/** Sum of a metric's series at the first agent. */
function total(text: string, metric: string): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(metric))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function read(): Promise<{ cpuSeconds: number; rssBytes: number; probes: number; series: number }> {
  const text = await (await fetch(`http://${nodes[0].address}:${ports.metrics}/metrics`)).text();
  return {
    cpuSeconds: total(text, 'process_cpu_seconds_total'),
    rssBytes: total(text, 'process_resident_memory_bytes'),
    probes: total(text, 'pathmedic_agent_probes_total'),
    series: text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
  };
}

try {
  await pause(Number(values['warm-up']) * 1_000);
  const before = await read();
  const startedMs = performance.now();
  await pause(Number(values.seconds) * 1_000);
  const after = await read();
  const seconds = (performance.now() - startedMs) / 1_000;
  const result = {
    probesPerSecond: Number(((after.probes - before.probes) / seconds).toFixed(2)),
    cpuMillicores: Number((((after.cpuSeconds - before.cpuSeconds) / seconds) * 1_000).toFixed(1)),
    rssMiB: Number((after.rssBytes / 2 ** 20).toFixed(1)),
    series: after.series,
    reportBytesMean: Math.round(reportBytes / Math.max(1, reports)),
    emptyWakeUpMicros: wakeUpMicros,
    probesOkShare: probesOk / Math.max(1, probesReported),
    budget,
  };
  console.log(JSON.stringify(result, null, 2));
  if (result.cpuMillicores > budget.cpuMillicores || result.rssMiB > budget.rssMiB) process.exitCode = 1;
} finally {
  for (const agent of agents) agent.kill('SIGTERM');
  await Promise.all(agents.filter((agent) => agent.exitCode === null).map((agent) => once(agent, 'exit')));
  coordinator.close();
  coordinator.closeAllConnections();
  rmSync(directory, { recursive: true, force: true });
}
