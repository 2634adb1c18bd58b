import { z } from 'zod';
import type { Lab } from '../lab.ts';
import { podsOf } from './lab-pods.ts';

export interface ProbeRequest {
  kind: 'tcp' | 'udp' | 'http' | 'dns-udp' | 'dns-tcp';
  /** `address:port`, or a name to look up. */
  target: string;
  /** Default 3. */
  attempts?: number;
  /** Per attempt; default 1000. */
  timeoutMs?: number;
  sizeBytes?: number;
  dontFragment?: boolean;
  /** Name server `address:port`; default is the pod's own. */
  server?: string;
}

export type ProbeOutcome =
  | { measured: true; sent: number; answered: number; maxMs: number; errors: string[] }
  | { measured: false; why: string };

const Printed = z.object({
  sent: z.number(),
  ok: z.number(),
  max_ms: z.number(),
  errors: z.array(z.string()).default([]),
});

// Into the pod by its node, not by `kubectl exec`: neither API server nor kubelet is on the way, and nothing hangs
// when the path under test is theirs too. The pod's sandbox has a process as well, without this program.
const enterPod = `
uid=$1; shift
for p in $(grep -ls "pod$uid" /proc/[0-9]*/cgroup); do
  p=\${p#/proc/}; p=\${p%/cgroup}
  [ -x /proc/$p/root/usr/local/bin/labkit ] || continue
  nsenter -t "$p" -n -m -u -- /usr/local/bin/labkit probe "$@" || true
  exit 0
done
echo "no process of the client pod"`;

/** One measurement from the client pod of a node. Never rejects: what cannot be measured says why. */
export async function probeFrom(lab: Lab, node: string, request: ProbeRequest): Promise<ProbeOutcome> {
  try {
    const client = (await podsOf(lab, 'app', { selector: 'app=client', node })).find(
      (pod) => pod.ip !== null,
    );
    if (client === undefined) return { measured: false, why: `no client pod on ${node}` };
    const { attempts = 3, timeoutMs = 1000 } = request;
    const flags = [
      ...['-n', `${attempts}`, '-timeout', `${timeoutMs}ms`],
      ...(request.sizeBytes === undefined ? [] : ['-size', `${request.sizeBytes}`]),
      ...(request.dontFragment === true ? ['-df'] : []),
      ...(request.server === undefined ? [] : ['-server', request.server]),
    ];
    const output = await lab.on(
      node,
      ['sh', '-c', enterPod, 'sh', client.uid, request.kind, request.target, ...flags],
      { timeoutMs: attempts * timeoutMs + 10_000 },
    );
    if (!output.startsWith('{')) return { measured: false, why: output.trim().slice(0, 200) };
    const printed = Printed.parse(JSON.parse(output));
    return {
      measured: true,
      sent: printed.sent,
      answered: printed.ok,
      maxMs: printed.max_ms,
      errors: printed.errors,
    };
  } catch (error) {
    return { measured: false, why: (error instanceof Error ? error.message : String(error)).slice(0, 200) };
  }
}
