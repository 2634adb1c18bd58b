import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** A registry of its own for each process: tests run several processes' parts in one. */
export function createRegistry(): Registry {
  return new Registry();
}

export interface ProcessMetricsOptions {
  registry: Registry;
  version: string;
  service: string;
}

/** Node's own process metrics (CPU, memory, event loop lag, garbage collection) and `pathmedic_build_info`. */
export function registerProcessMetrics(options: ProcessMetricsOptions): void {
  collectDefaultMetrics({ register: options.registry, eventLoopMonitoringPrecision: 50 });
  new Gauge({
    name: 'pathmedic_build_info',
    help: 'Always 1; the labels say which build runs.',
    labelNames: ['service', 'version', 'node_version'],
    registers: [options.registry],
  }).set({ service: options.service, version: options.version, node_version: process.version }, 1);
}
