import { kubeProxyDaemonSet, kubeProxyPods } from './changes.ts';
import { asksPeople, expect, plan, type Expectation } from './expectation.ts';

/** Service addresses and what is behind them. */
export const serviceExpectations: readonly Expectation[] = [
  expect({
    fault: 'kube-proxy-gone',
    subject: 'node',
    title: /NODE/,
    endings: [plan(kubeProxyDaemonSet, kubeProxyPods)],
  }),
  expect({
    fault: 'kube-proxy-stale',
    subject: 'node',
    title: /NODE/,
    endings: [plan(kubeProxyDaemonSet, kubeProxyPods)],
    detectedWithinS: 180,
    answeredWithinS: 240,
  }),
  // What a Service should select, and when a pod is ready, its owner says.
  expect({
    fault: 'service-selector-wrong',
    subject: 'service',
    title: /app\/echo/,
    endings: [asksPeople],
  }),
  expect({
    fault: 'service-pods-not-ready',
    subject: 'service',
    title: /app\/echo/,
    endings: [asksPeople],
  }),
];
