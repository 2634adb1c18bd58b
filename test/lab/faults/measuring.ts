import type { Lab } from '../lab.ts';
import { probeFrom, type ProbeRequest } from './client-probe.ts';
import type { Measurement } from './fault.ts';
import { podsOf } from './lab-pods.ts';

export interface Sight {
  healthy: boolean;
  /** What was seen, in a few words. */
  seen: string;
}

/** Gathers what a fault's `measure` looks at. One broken thing makes it faulty, whatever else could not be measured. */
export interface Measuring {
  /** From the client pod of `from`; healthy when every attempt is answered. */
  path(from: string, label: string, request: ProbeRequest): Promise<void>;
  /** HTTP from the client pod of one node to the echo pod of another. */
  podToPod(from: string, to: string): Promise<void>;
  /** To a port of the echo pod of a node. */
  toEcho(
    from: string,
    to: string,
    port: number,
    label: string,
    request: Omit<ProbeRequest, 'target'>,
  ): Promise<void>;
  /** Lookups of a cluster name with the pod's own resolver. */
  dns(from: string): Promise<void>;
  /** Anything else; a look that throws is unmeasured. */
  look(label: string, sight: () => Promise<Sight>): Promise<void>;
  result(): Measurement;
}

export const clusterName = 'echo.app.svc.cluster.local.';

export function measuring(lab: Lab): Measuring {
  const lines: string[] = [];
  const states = new Set<Measurement['state']>();
  const note = (state: Measurement['state'], line: string): void => {
    states.add(state);
    lines.push(line.replaceAll(/\s+/g, ' ').slice(0, 300));
  };
  const path: Measuring['path'] = async (from, label, request) => {
    const outcome = await probeFrom(lab, from, request);
    if (!outcome.measured) return note('unmeasured', `${label}: not measured: ${outcome.why}`);
    const { sent, answered, maxMs, errors } = outcome;
    const times = answered === 0 ? '' : `, slowest ${Math.round(maxMs)} ms`;
    note(
      answered === sent ? 'healthy' : 'faulty',
      `${label}: ${answered} of ${sent} answered${times}${errors.length === 0 ? '' : `: ${errors.join('; ')}`}`,
    );
  };
  const toEcho: Measuring['toEcho'] = async (from, to, port, label, request) => {
    const echo = await echoAddress(lab, to);
    if (echo.ip === null) return note('unmeasured', `${label}: not measured: ${echo.why}`);
    await path(from, label, { ...request, target: `${echo.ip}:${port}` });
  };
  return {
    path,
    toEcho,
    podToPod: (from, to) => toEcho(from, to, 8080, `${from} -> ${to} pod http`, { kind: 'http' }),
    async dns(from) {
      await path(from, `${from} dns udp`, { kind: 'dns-udp', target: clusterName });
      await path(from, `${from} dns tcp`, { kind: 'dns-tcp', target: clusterName });
    },
    async look(label, sight) {
      try {
        const { healthy, seen } = await sight();
        note(healthy ? 'healthy' : 'faulty', `${label}: ${seen}`);
      } catch (error) {
        note(
          'unmeasured',
          `${label}: not measured: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    },
    result() {
      const worst = (['faulty', 'unmeasured', 'healthy'] as const).find((state) => states.has(state));
      return { state: worst ?? 'unmeasured', lines };
    },
  };
}

async function echoAddress(lab: Lab, node: string): Promise<{ ip: string } | { ip: null; why: string }> {
  try {
    const pods = await podsOf(lab, 'app', { selector: 'app=echo', node });
    const ip = pods.find((pod) => pod.ip !== null)?.ip ?? null;
    return ip === null ? { ip, why: `no echo pod with an address on ${node}` } : { ip };
  } catch (error) {
    return { ip: null, why: error instanceof Error ? error.message : String(error) };
  }
}
