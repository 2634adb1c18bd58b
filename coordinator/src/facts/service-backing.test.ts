import { describe, expect, it } from 'vitest';
import { container, facts, pod, service } from './record-builders.fixture.ts';
import { unbacked } from './service-backing.ts';

const labelled = (name: string, app: string, port: number) =>
  pod(name, 'shop', {
    meta: { labels: { app } },
    containers: [container(name, { ports: [{ name: 'http', port, protocol: 'TCP' }] })],
  });

describe('a selector that matches nothing', () => {
  const broken = service('api', 'shop', {
    selector: { app: 'gone' },
    ports: [{ name: '', port: 80, targetPort: '8080', protocol: 'TCP' }],
  });

  it('meant the pods that serve the port of the Service, whatever their name', () => {
    const found = unbacked(
      facts({ pods: [labelled('a', 'gone-too', 9090), labelled('b', 'other', 8080)] }),
      broken,
    );
    expect(found).toMatchObject({
      why: 'selects-nothing',
      near: { pods: [{ meta: { name: 'b' } }], misses: [{ key: 'app', wanted: 'gone', present: 'other' }] },
    });
  });

  it('has no meaning where nothing of the namespace carries its labels', () => {
    const plain = pod('a', 'shop', { meta: { labels: { k8s: 'x' } } });
    expect(unbacked(facts({ pods: [plain] }), broken)).toEqual({ why: 'selects-nothing', near: null });
  });
});
