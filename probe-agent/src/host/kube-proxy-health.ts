import { get } from 'node:http';
import type { HostReading } from '@pathmedic/shared/contract/host-reading.ts';
import { errnoOf } from '../probes/errno.ts';

/** Where kube-proxy tells of its health unless it is configured otherwise. */
export const kubeProxyHealth = { address: '127.0.0.1', port: 10_256 } as const;
const timeoutMs = 1_000;

/** Asks this node's kube-proxy. Healthy: it has written the node's rules lately, or has had nothing to write. */
export function readKubeProxy(at: { address: string; port: number }): Promise<HostReading['kubeProxy']> {
  return new Promise((resolve) => {
    const request = get(
      { host: at.address, port: at.port, path: '/healthz', agent: false, timeout: timeoutMs },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200 ? 'healthy' : 'unhealthy');
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', (error) => resolve(errnoOf(error) === 'ECONNREFUSED' ? 'not-listening' : null));
  });
}
