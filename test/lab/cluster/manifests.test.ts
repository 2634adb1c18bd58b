import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { labImages } from '../build/versions.ts';
import { fillIn } from '../machine/fill-in.ts';
import { labWorkloads, manifestText, networkManifests, workloadManifests } from './manifests.ts';

const Object_ = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

async function objects(network: 'vxlan' | 'routed') {
  const text = await manifestText([...networkManifests, ...workloadManifests], network, labImages);
  return parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return Object_.parse(document.toJSON());
  });
}

it('makes objects of every file, with the lab’s own images only', async () => {
  const all = await objects('vxlan');
  const rolledOut = all
    .filter(({ kind }) => kind === 'DaemonSet' || kind === 'Deployment')
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  expect(rolledOut.toSorted()).toEqual([...labWorkloads].toSorted());
  const used = [...JSON.stringify(all).matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
  const known: string[] = Object.values(labImages);
  expect(used.length).toBeGreaterThan(labWorkloads.length);
  for (const image of used) expect(known).toContain(image);
});

it('tells flannel how pod ranges are reached', async () => {
  for (const [network, backend] of [
    ['vxlan', 'vxlan'],
    ['routed', 'host-gw'],
  ] as const) {
    const config = (await objects(network)).find(({ metadata }) => metadata.name === 'kube-flannel-cfg');
    const data = z.object({ data: z.object({ 'net-conf.json': z.string() }) }).parse(config).data;
    expect(JSON.parse(data['net-conf.json'])).toMatchObject({
      Network: '198.18.64.0/18',
      Backend: { Type: backend },
    });
  }
});

it('leaves no place empty', () => {
  expect(fillIn('a: @A@, user@host, @B_2@', { A: '1', B_2: '2' })).toBe('a: 1, user@host, 2');
  expect(() => fillIn('a: @MISSING@', {})).toThrow('@MISSING@');
});
