import { z } from 'zod';
import { openApi } from './cluster/api-client.ts';
import { probeFrom, type ProbeRequest } from './faults/client-probe.ts';
import { podsOf } from './faults/lab-pods.ts';
import { until } from './faults/until.ts';
import type { Lab } from './lab.ts';
import { controlNode, outerNamespace } from './lab-names.ts';
import { runCommand } from './machine/run-command.ts';

/** One thing that a healthy lab does. */
export interface Proof {
  name: string;
  ok: boolean;
  /** What was seen. */
  seen: string;
}

interface Check {
  name: string;
  /** What was seen; throws when it is not as it should be. */
  look: () => Promise<string>;
}

const policyMs = 15_000;
/** With the headers of IP and UDP it fits what VXLAN leaves of 1500 bytes. */
const largeBytes = 1400;
const quickly = { timeoutMs: 20_000 };

/** Tries every path of a healthy lab, and what makes it a real cluster: one result each, told as they come. */
export async function prove(lab: Lab, tell: (proof: Proof) => void, signal?: AbortSignal): Promise<Proof[]> {
  const nodes = await lab.nodes();
  const echo = await echoAddresses(lab, nodes);
  const proofs: Proof[] = [];
  const run = async (checks: readonly Check[]): Promise<void> => {
    for (const { name, look } of checks) {
      signal?.throwIfAborted();
      const proof = await lookTwice(name, look);
      proofs.push(proof);
      tell(proof);
    }
  };
  // Two nodes at a time: more than the machine has cores would stretch the times of each other.
  for (let first = 0; first < nodes.length; first += 2) {
    await Promise.all(nodes.slice(first, first + 2).map((node) => run(pathChecks(lab, node, echo))));
  }
  await run(clusterChecks(lab, nodes));
  try {
    await run(policyChecks(lab, nodes, echo));
  } finally {
    await removePolicy(lab);
  }
  return proofs;
}

/** A machine that is short of CPU is late now and then, which no path is broken by. */
async function lookTwice(name: string, look: Check['look']): Promise<Proof> {
  try {
    return { name, ok: true, seen: await look() };
  } catch (first) {
    const why = first instanceof Error ? first.message : String(first);
    return look().then(
      (seen) => ({ name, ok: true, seen: `${seen} (at a second look; at first: ${why})` }),
      () => ({ name, ok: false, seen: why }),
    );
  }
}

/** From the client pod of a node to everything. */
function pathChecks(lab: Lab, from: string, echo: ReadonlyMap<string, string>): Check[] {
  const path = (name: string, request: ProbeRequest): Check => ({
    name: `${from} -> ${name}`,
    look: () => answered(lab, from, request),
  });
  const pods = [...echo].flatMap(([to, ip]) => [
    path(`pod on ${to}, HTTP`, { kind: 'http', target: `${ip}:8080` }),
    path(`pod on ${to}, UDP of ${largeBytes} bytes, unfragmented`, {
      kind: 'udp',
      target: `${ip}:7071`,
      sizeBytes: largeBytes,
      dontFragment: true,
    }),
  ]);
  const name = 'echo.app.svc.cluster.local.';
  return [
    ...pods,
    path('Service, HTTP', { kind: 'http', target: 'echo.app.svc.cluster.local', attempts: 6 }),
    path('DNS over UDP', { kind: 'dns-udp', target: name }),
    path('DNS over TCP', { kind: 'dns-tcp', target: name }),
    path("DNS, the site's name", { kind: 'dns-udp', target: 'external.lab.test.' }),
  ];
}

function clusterChecks(lab: Lab, nodes: readonly string[]): Check[] {
  const last = nodes.at(-1) ?? controlNode;
  return [
    {
      name: `pod ranges are reached ${lab.network === 'vxlan' ? 'through VXLAN' : 'by routes, without VXLAN'}`,
      look: () => overlayCheck(lab),
    },
    { name: 'kubectl exec', look: () => execCheck(lab, last) },
    {
      name: 'kubectl logs',
      look: () =>
        notEmpty(lab.kubectl(['-n', 'kube-flannel', 'logs', 'ds/kube-flannel-ds', '--tail=1'], quickly)),
    },
    {
      name: "the kubelet's metrics through the API server",
      look: async () =>
        firstLine(await lab.kubectl(['get', '--raw', `/api/v1/nodes/${last}/proxy/metrics`], quickly)),
    },
    { name: 'RBAC refuses', look: () => rbacCheck(lab) },
    { name: 'TokenReview', look: () => tokenCheck(lab) },
    { name: 'audit log', look: () => auditCheck(lab) },
    {
      name: 'the API server from outside',
      look: async () => (await openApi(lab.kubeconfigPath)).get('/readyz'),
    },
    { name: 'no way out', look: () => noWayOut(lab, last) },
  ];
}

function policyChecks(lab: Lab, nodes: readonly string[], echo: ReadonlyMap<string, string>): Check[] {
  const from = nodes[0] ?? controlNode;
  const ip = echo.get(nodes.at(-1) ?? '') ?? '';
  const http: ProbeRequest = { kind: 'http', target: `${ip}:8080`, attempts: 2, timeoutMs: 500 };
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'prove', namespace: 'app' },
    spec: {
      podSelector: { matchLabels: { app: 'echo' } },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ port: 7070 }] }],
    },
  };
  return [
    {
      name: 'NetworkPolicy stops HTTP',
      look: async () => {
        await lab.kubectl(['apply', '-f', '-'], { ...quickly, input: JSON.stringify(policy) });
        await until(
          'no answer',
          policyMs,
          async () => (await probeFrom(lab, from, http)).measured && !(await works(lab, from, http)),
        );
        return 'not answered';
      },
    },
    {
      name: 'NetworkPolicy lets another port through',
      look: () => answered(lab, from, { kind: 'tcp', target: `${ip}:7070` }),
    },
    {
      name: 'HTTP again without the NetworkPolicy',
      look: async () => {
        await removePolicy(lab);
        await until('an answer', policyMs, () => works(lab, from, http));
        return 'answered';
      },
    },
  ];
}

async function removePolicy(lab: Lab): Promise<void> {
  await lab.kubectl(['-n', 'app', 'delete', 'networkpolicy', 'prove', '--ignore-not-found'], quickly);
}

async function works(lab: Lab, from: string, request: ProbeRequest): Promise<boolean> {
  const outcome = await probeFrom(lab, from, request);
  return outcome.measured && outcome.answered === outcome.sent;
}

async function answered(lab: Lab, from: string, request: ProbeRequest): Promise<string> {
  const outcome = await probeFrom(lab, from, request);
  if (!outcome.measured) throw new Error(`not measured: ${outcome.why}`);
  const { sent, answered: ok, maxMs, errors } = outcome;
  if (ok < sent) throw new Error(`${ok} of ${sent} answered: ${errors.join('; ')}`);
  return `${ok} of ${sent}, at most ${maxMs.toFixed(1)} ms`;
}

async function echoAddresses(lab: Lab, nodes: readonly string[]): Promise<Map<string, string>> {
  const pods = await podsOf(lab, 'app', { selector: 'app=echo' });
  const addresses = nodes.map((node): [string, string] => {
    const ip = pods.find((pod) => pod.node === node)?.ip;
    // An address that nothing has makes the checks of this node fail, and only them.
    return [node, ip ?? '198.18.127.254'];
  });
  return new Map(addresses);
}

async function overlayCheck(lab: Lab): Promise<string> {
  const links = await lab.on(controlNode, ['ip', '-br', 'link', 'show', 'type', 'vxlan'], quickly);
  const routes = await lab.on(controlNode, ['ip', 'route', 'show', 'root', '198.18.64.0/18'], quickly);
  if ((links.trim() !== '') !== (lab.network === 'vxlan'))
    throw new Error(`VXLAN interfaces: ${links.trim() || 'none'}`);
  return routes.trim().replaceAll(/\s*\n\s*/g, '; ');
}

async function execCheck(lab: Lab, node: string): Promise<string> {
  const pod = (await podsOf(lab, 'app', { selector: 'app=client', node }))[0]?.name ?? '';
  const seen = (await lab.kubectl(['-n', 'app', 'exec', pod, '--', 'hostname'], quickly)).trim();
  if (seen !== pod) throw new Error(`hostname of ${pod} is ${seen}`);
  return seen;
}

async function rbacCheck(lab: Lab): Promise<string> {
  const seen = await lab
    .kubectl(['auth', 'can-i', 'list', 'pods', '--as=system:serviceaccount:app:default'], quickly)
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  // kubectl exits with 1 for a "no", and says so on standard output.
  if (!/\bno\s*$/.test(seen.trim())) throw new Error(seen);
  return 'no';
}

async function tokenCheck(lab: Lab): Promise<string> {
  const token = (await lab.kubectl(['-n', 'app', 'create', 'token', 'default'], quickly)).trim();
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const args = ['create', '-f', '-', '-o', 'json'];
  const answer: unknown = JSON.parse(await lab.kubectl(args, { ...quickly, input: JSON.stringify(review) }));
  const { status } = z
    .object({ status: z.object({ user: z.object({ username: z.string() }) }) })
    .parse(answer);
  if (status.user.username !== 'system:serviceaccount:app:default') throw new Error(status.user.username);
  return status.user.username;
}

async function auditCheck(lab: Lab): Promise<string> {
  const mark = `prove-${Date.now().toString(36)}`;
  await lab.kubectl(['-n', 'app', 'create', 'configmap', mark], quickly);
  await lab.kubectl(['-n', 'app', 'delete', 'configmap', mark], quickly);
  const count = (await lab.on(controlNode, ['grep', '-c', mark, '/var/log/audit.log'], quickly)).trim();
  if (Number(count) < 2) throw new Error(`${count} entries for two changes`);
  return `${count} entries`;
}

/** The bridge's namespace is all that a node can reach, and nothing leads out of it. */
async function noWayOut(lab: Lab, node: string): Promise<string> {
  const outside = await runCommand(['ip', '-n', outerNamespace(lab.name), 'route', 'show'], quickly);
  const routes = outside.trim().split('\n');
  if (routes.length !== 1 || routes[0]?.startsWith('198.18.0.0/24 ') !== true)
    throw new Error(outside.trim());
  const links = await lab.on(node, ['ip', '-br', 'link', 'show', 'type', 'veth'], quickly);
  if (!links.includes('eth0')) throw new Error(links.trim());
  return routes[0];
}

async function notEmpty(text: Promise<string>): Promise<string> {
  const line = firstLine(await text);
  if (line === '') throw new Error('nothing');
  return line;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 160);
}
