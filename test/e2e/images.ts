import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Lab } from '../lab/lab.ts';
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

/** An archive with all of them, in a folder that is removed with it. */
export interface BuiltImages {
  images: Images;
  archivePath: string;
  remove(): Promise<void>;
}

/**
 * Builds the product's images from its bundles. Layers: what the lab's own images stand on (base system, Node.js 24), and
 * the bundle.
 */
export async function buildImages(lab: Lab, say: (line: string) => void): Promise<BuiltImages> {
  const work = await mkdtemp(join(tmpdir(), 'pathmedic-images-'));
  const remove = (): Promise<void> => rm(work, { recursive: true, force: true });
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
    const base = join(lab.layersDir, 'base');
    const node = [base, join(lab.layersDir, 'node')];
    const spec = [
      { name: images.agent, layers: [...node, join(work, 'agent')], entrypoint: ['node', '/app/agent.js'] },
      {
        name: images.coordinator,
        layers: [...node, join(work, 'coordinator')],
        entrypoint: ['node', '/app/coordinator.js'],
      },
      { name: images.slack, layers: [...node, join(work, 'slack')], entrypoint: ['node', '/app/slack.js'] },
      { name: images.redis, layers: [base, join(work, 'redis')], cmd: ['redis-server'] },
    ];
    await writeFile(join(work, 'spec.json'), JSON.stringify(spec));
    const archivePath = join(work, 'images.tar');
    await run(join(lab.binDir, 'labkit'), ['image', archivePath, join(work, 'spec.json')]);
    return { images, archivePath, remove };
  } catch (error) {
    await remove();
    throw error;
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
