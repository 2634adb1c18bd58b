import type { PodRecord, ServiceRecord } from '../facts/records.ts';
import type { Protocol } from './policy-spec.ts';

/** Where one port of a Service leads on one pod: what policies judge, since they see the translated address. */
export function targetPortOn(
  service: ServiceRecord,
  pod: PodRecord,
  port: number,
  protocol: Protocol,
): number | null {
  const entry = service.ports.find((one) => one.port === port && (one.protocol || 'TCP') === protocol);
  if (entry === undefined) return null;
  const { targetPort } = entry;
  if (targetPort === '') return entry.port;
  if (/^\d{1,5}$/.test(targetPort)) return Number(targetPort);
  const named = [...pod.containers, ...pod.initContainers]
    .flatMap(({ ports }) => ports)
    .find((one) => one.name === targetPort && (one.protocol || 'TCP') === protocol);
  return named?.port ?? null;
}
