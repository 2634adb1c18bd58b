import { describe, expect, it } from 'vitest';
import { clusterDns } from './coredns-objects.ts';
import { configMap, daemonSet, deployment, facts, pod, service } from './record-builders.fixture.ts';

const dnsPorts = [{ name: 'dns', port: 53, targetPort: '53', protocol: 'UDP' }];

describe('the cluster DNS', () => {
  it('is found as upstream names it, not the node-local cache beside it', () => {
    const labels = { 'k8s-app': 'kube-dns' };
    const dns = clusterDns(
      facts({
        services: [
          service('kube-dns-upstream', 'kube-system', {
            selector: labels,
            ports: dnsPorts,
            meta: { labels },
          }),
          service('kube-dns', 'kube-system', { selector: labels, ports: dnsPorts, meta: { labels } }),
          service('node-local-dns', 'kube-system', { headless: true, ports: dnsPorts }),
        ],
        deployments: [deployment('coredns', 'kube-system', { selector: labels, template: { labels } })],
        pods: [pod('coredns-1', 'kube-system', { meta: { labels } }), pod('other', 'kube-system')],
        configMaps: [
          configMap('node-local-dns', 'kube-system', { Corefile: '' }),
          configMap('coredns', 'kube-system', { Corefile: '.:53 {}' }),
        ],
      }),
    );
    expect(dns.service?.meta.name).toBe('kube-dns');
    expect(dns.deployment?.meta.name).toBe('coredns');
    expect(dns.pods.map(({ meta }) => meta.name)).toEqual(['coredns-1']);
    expect(dns.configMap?.meta.name).toBe('coredns');
  });

  it('is found under other names and as a DaemonSet', () => {
    const labels = { 'dns.operator.openshift.io/daemonset-dns': 'default' };
    const dns = clusterDns(
      facts({
        services: [service('dns-default', 'openshift-dns', { selector: labels, ports: dnsPorts })],
        daemonSets: [daemonSet('dns-default', 'openshift-dns', { selector: labels, template: { labels } })],
        configMaps: [configMap('dns-default', 'openshift-dns', { Corefile: '' })],
      }),
    );
    expect([dns.service?.meta.name, dns.daemonSet?.meta.name, dns.configMap?.meta.name]).toEqual([
      'dns-default',
      'dns-default',
      'dns-default',
    ]);
  });

  it('does not take any Service with port 53 for the cluster DNS', () => {
    expect(
      clusterDns(facts({ services: [service('bind', 'apps', { ports: dnsPorts })] })).service,
    ).toBeNull();
  });
});
