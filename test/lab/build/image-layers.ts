import { copyFile, link, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyLibraries, makeBaseLayer } from './base-layer.ts';
import type { LabImages } from './lab-build.ts';
import type { ImageSpec } from './oci-archive.ts';

/** Layers that hold programs which were built: where each stands in an image. */
const programLayers: Record<string, readonly [program: string, path: string][]> = {
  pause: [['labkit', 'labkit']],
  tools: [['labkit', 'usr/local/bin/labkit']],
  coredns: [['coredns', 'coredns']],
  flannel: [['flanneld', 'opt/bin/flanneld']],
  cni: [['cni-flannel', 'flannel']],
  netpol: [['netpol', 'usr/local/bin/netpol']],
  kube: [['kubelab', 'usr/local/bin/kubelab']],
};
/** One program under several names. */
const programLinks: Record<string, string> = {
  'flannel/opt/bin/install-conf': 'flanneld',
  'kube/usr/local/bin/kube-proxy': 'kubelab',
  'kube/usr/local/bin/kubectl': 'kubelab',
};

export interface LayerSources {
  binDir: string;
  /** Of this machine; for `base`. */
  baseFiles: readonly string[];
  /** The program; for `node`. */
  node: string;
}

export async function makeLayers(folder: string, { binDir, baseFiles, node }: LayerSources): Promise<void> {
  await makeBaseLayer(join(folder, 'base'), baseFiles);
  const nodeLayer = join(folder, 'node');
  await mkdir(join(nodeLayer, 'usr/local/bin'), { recursive: true });
  await copyFile(node, join(nodeLayer, 'usr/local/bin/node'));
  await copyLibraries(nodeLayer, [node], [join(folder, 'base')]);
  for (const [layer, files] of Object.entries(programLayers)) {
    for (const [program, path] of files) {
      await mkdir(dirname(join(folder, layer, path)), { recursive: true });
      await link(join(binDir, program), join(folder, layer, path));
    }
  }
  for (const [path, target] of Object.entries(programLinks)) await symlink(target, join(folder, path));
}

/** The lab's own images, of layers under `layersDir`. */
export function imageSpecs(names: LabImages, layersDir: string): ImageSpec[] {
  const of = (...layers: string[]): string[] => layers.map((layer) => join(layersDir, layer));
  return [
    { name: names.pause, layers: of('pause'), entrypoint: ['/labkit', 'pause'] },
    { name: names.tools, layers: of('base', 'tools'), cmd: ['labkit', 'echo'] },
    { name: names.coredns, layers: of('coredns'), entrypoint: ['/coredns'] },
    { name: names.flannel, layers: of('base', 'flannel'), entrypoint: ['/opt/bin/flanneld'] },
    { name: names.flannelCniPlugin, layers: of('base', 'cni') },
    { name: names.netpol, layers: of('base', 'netpol'), cmd: ['netpol'] },
    { name: names.kubeProxy, layers: of('base', 'kube'), cmd: ['kube-proxy'] },
    { name: names.nodeRuntime, layers: of('base', 'tools', 'node'), cmd: ['node'] },
  ];
}
