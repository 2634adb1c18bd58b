import type { ClusterDns } from '../facts/coredns-objects.ts';
import { dnsPodStates } from './corefile-state.ts';
import type { LogWish } from './runbook.ts';

/** The logs that tell why CoreDNS is down: of the last crash, and of what runs now; unhealthy pods first. */
export function dnsLogWishes(dns: ClusterDns): LogWish[] {
  const states = dnsPodStates(dns).toSorted(
    (a, b) => Number(a.trouble === null) - Number(b.trouble === null),
  );
  return states.slice(0, 2).flatMap(({ pod }) => {
    const container = pod.containers[0]?.name;
    const wish = {
      namespace: pod.meta.namespace,
      pod: pod.meta.name,
      ...(container === undefined ? {} : { container }),
    };
    const restarted = pod.containers.some(({ restarts }) => restarts > 0);
    return restarted
      ? [
          { ...wish, previous: true },
          { ...wish, previous: false },
        ]
      : [{ ...wish, previous: false }];
  });
}
