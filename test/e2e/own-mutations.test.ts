import { describe, expect, it } from 'vitest';
import { mutationWords, readMutations } from './own-mutations.ts';

const executor = 'system:serviceaccount:pathmedic:pathmedic-executor';

function line(over: Record<string, unknown>): string {
  return JSON.stringify({
    stage: 'ResponseComplete',
    verb: 'patch',
    requestURI: '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy?fieldManager=x',
    user: { username: executor },
    objectRef: { resource: 'daemonsets', namespace: 'kube-system', name: 'kube-proxy' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
    ...over,
  });
}

function words(...lines: string[]): string[] {
  return readMutations(lines.join('\n'), ['pathmedic', 'app']).map(mutationWords);
}

describe('readMutations', () => {
  it('reads accepted changes of our identities, with the subresource', () => {
    const scale = {
      objectRef: { resource: 'deployments', subresource: 'scale', namespace: 'kube-system', name: 'coredns' },
    };
    const jsonPatch = { requestObject: [{ op: 'remove', path: '/spec/template/spec/nodeSelector' }] };
    expect(words(line(jsonPatch), line(scale))).toEqual([
      'patch daemonsets kube-system/kube-proxy',
      'patch deployments/scale kube-system/coredns',
    ]);
  });

  it('counts neither dry runs nor refusals nor reads nor leases nor other people', () => {
    expect(
      words(
        line({ requestURI: '/x?dryRun=All' }),
        line({ verb: 'delete', requestObject: { kind: 'DeleteOptions', dryRun: ['All'] } }),
        line({ responseStatus: { code: 403 } }),
        line({ verb: 'get' }),
        line({ stage: 'RequestReceived' }),
        line({ objectRef: { resource: 'leases', namespace: 'pathmedic', name: 'claim' } }),
        line({ user: { username: 'system:serviceaccount:kube-system:daemon-set-controller' } }),
        line({ user: { username: 'system:serviceaccount:other:pathmedic-executor' } }),
      ),
    ).toEqual([]);
  });

  it('takes no line that it cannot read for one that does not matter', () => {
    expect(() => words('{"stage":"ResponseComplete"}')).toThrow('verb');
  });

  it('counts a change by whichever of our identities, in whichever namespace', () => {
    expect(words(line({ user: { username: 'system:serviceaccount:app:pathmedic-agent' } }))).toHaveLength(1);
  });
});
