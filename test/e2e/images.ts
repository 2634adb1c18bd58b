import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Lab } from './cluster.ts';
import { bundleConsole, bundleService } from '../../deploy/docker/bundle.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Names of the images as the manifests get them. */
export interface Images {
  agent: string;
  coordinator: string;
  redis: string;
  slack: string;
}

/**
 * Builds the product's images from its bundles and loads them into every node of the lab. Layers: what the lab's own
 * images stand on (base system, Node.js 24), and the bundle.
 */
export async function loadImages(lab: Lab, say: (line: string) => void): Promise<Images> {
  const work = await mkdtemp(join(tmpdir(), 'pathmedic-images-'));
  try {
    const tag = `e2e-${Date.now().toString(36)}`;
    const images: Images = {
      agent: `lab.test/pathmedic-agent:${tag}`,
      coordinator: `lab.test/pathmedic-coordinator:${tag}`,
      redis: `lab.test/pathmedic-redis:${tag}`,
      slack: `lab.test/pathmedic-slack:${tag}`,
    };
    say('images: bundling agent, coordinator, console and the Slack stand-in');
    await bundleService(join(root, 'probe-agent/src/main.ts'), 'agent', join(work, 'agent/app'));
    await bundleService(join(root, 'coordinator/src/main.ts'), 'coordinator', join(work, 'coordinator/app'));
    await bundleConsole(join(root, 'coordinator/ui'), join(work, 'coordinator/app/console'));
    await bundleService(join(root, 'test/slack/main.ts'), 'slack', join(work, 'slack/app'));
    await redisLayer(join(work, 'redis'));
    const built = join(lab.stateDir, 'build/images');
    const node = [join(built, 'base'), join(built, 'node')];
    const spec = [
      { name: images.agent, layers: [...node, join(work, 'agent')], entrypoint: ['node', '/app/agent.js'] },
      {
        name: images.coordinator,
        layers: [...node, join(work, 'coordinator')],
        entrypoint: ['node', '/app/coordinator.js'],
      },
      { name: images.slack, layers: [...node, join(work, 'slack')], entrypoint: ['node', '/app/slack.js'] },
      { name: images.redis, layers: [join(built, 'base'), join(work, 'redis')], cmd: ['redis-server'] },
    ];
    await writeFile(join(work, 'spec.json'), JSON.stringify(spec));
    const archive = join(work, 'images.tar');
    await run(join(lab.binDir, 'labkit'), ['image', archive, join(work, 'spec.json')]);
    const nodes = await lab.nodes();
    say(`images: loading into ${nodes.join(', ')}`);
    for (const name of nodes) await loadInto(lab, name, archive);
    return images;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function loadInto(lab: Lab, node: string, archive: string): Promise<void> {
  const inside = `/mnt/${basename(archive)}`;
  const outside = join(lab.stateDir, 'nodes', node, 'rootfs', inside);
  await copyFile(archive, outside);
  try {
    await lab.on(node, 'ctr', '-n', 'k8s.io', 'images', 'import', '--all-platforms', inside);
  } finally {
    await rm(outside, { force: true });
  }
}

/** redis-server of this machine with the libraries it needs. */
async function redisLayer(layer: string): Promise<void> {
  const binary = (await run('sh', ['-c', 'readlink -f "$(command -v redis-server)"'])).stdout.trim();
  const libraries = [...(await run('ldd', [binary])).stdout.matchAll(/(\/[^ )]+)/g)].flatMap((m) =>
    m[1] === undefined ? [] : [m[1]],
  );
  await mkdir(join(layer, 'usr/bin'), { recursive: true });
  await copyFile(binary, join(layer, 'usr/bin/redis-server'));
  for (const library of libraries) {
    // The base system is merged: /lib and /lib64 are links into /usr, and a layer must not put folders in their place.
    const target = join(layer, library.startsWith('/usr/') ? library : `/usr${library}`);
    if (existsSync(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    await cp(library, target, { dereference: true });
  }
  await mkdir(join(layer, 'data'), { recursive: true });
}
