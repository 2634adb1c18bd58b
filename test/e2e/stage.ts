import { KubeConfig } from '@kubernetes/client-node';
import type { Lab } from '../lab/lab.ts';
import { bringUp, openLab, takeDown } from '../lab/open-lab.ts';
import { buildImages, type BuiltImages } from './images.ts';
import { deploy, undeploy, type Deployment } from './deploy.ts';
import { labFaults } from './lab-faults.ts';
import type { Options } from './options.ts';
import { openProduct, type Product } from './product.ts';
import { startAfresh } from './start-afresh.ts';
import type { TestBed } from './test-bed.ts';
import { waitFor } from './waiting.ts';

const labNodes = 3;
const quietWithinMs = 180_000;

/** A lab with the product in it, from the first case to the last. */
export interface Stage {
  bed(): TestBed;
  /** No open incident, no silent agent, no failing path. Rejects with what is not quiet. */
  untilQuiet(): Promise<void>;
  /** The product without memory of earlier incidents. */
  startAfresh(): Promise<void>;
  /** Everything anew; a lab that was there before stays, and is only given a product without memory. */
  renew(): Promise<'new-lab' | 'same-lab'>;
  /** Takes down what was not there before, unless it is to be kept. */
  end(): Promise<void>;
}

/** Brings up the lab (unless it is), builds and deploys the product, and waits until all is quiet. */
export async function openStage(
  options: Pick<Options, 'lab' | 'network' | 'keep'>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Stage> {
  const wasUp = (await openLab(options.lab)) !== null;
  let built: BuiltImages | null = null;
  // Until then bringing it up cleans up behind itself, and what is there may be somebody else's.
  let broughtUp = false;
  let bed: TestBed | null = null;

  async function open(): Promise<void> {
    const lab = await bringUp({ name: options.lab, nodes: labNodes, network: options.network }, say, signal);
    broughtUp = true;
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(lab.kubeconfigPath);
    built ??= await buildImages(lab, say);
    say('loading the images into the nodes');
    await lab.loadImages(built.archivePath);
    say('deploying');
    const deployment = await deployOnWorker(lab, kubeConfig, built);
    const product = await reachable(kubeConfig, deployment);
    bed = { lab, kubeConfig, faults: labFaults(lab), deployment, product, say, signal };
    await untilQuiet();
  }

  function present(): TestBed {
    if (bed === null) throw new Error('the lab is not up');
    return bed;
  }

  async function untilQuiet(): Promise<void> {
    const { product } = present();
    await waitFor(
      'quiet',
      quietWithinMs,
      async () => {
        const [{ network, pause }, { open: incidents }] = await Promise.all([
          product.overview(),
          product.incidents(),
        ]);
        const { pathsFailing = 1, silentAgents = 1, pathsHealthy = 0 } = network ?? {};
        if (!pause.paused && pathsFailing + silentAgents + incidents.length === 0 && pathsHealthy > 0)
          return true;
        throw new Error(
          `network ${JSON.stringify(network)}; ${JSON.stringify(pause)}; open: ${incidents.map((i) => i.title).join(', ')}`,
        );
      },
      { signal },
    );
  }

  async function afresh(): Promise<void> {
    const { lab, kubeConfig, deployment } = present();
    say('starting the product afresh');
    await offControlPlane(lab, () => startAfresh(kubeConfig, deployment));
    await untilQuiet();
  }

  async function close(): Promise<void> {
    await bed?.product.close();
  }

  async function end(): Promise<void> {
    await close();
    await built?.remove();
    if (options.keep || !broughtUp) return;
    if (!wasUp) {
      say(`taking the lab ${options.lab} down`);
      await takeDown(options.lab);
    } else if (bed !== null) await undeploy(bed.kubeConfig, bed.deployment);
  }

  try {
    await open();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    bed: present,
    untilQuiet,
    startAfresh: afresh,
    async renew() {
      if (wasUp) {
        await afresh();
        return 'same-lab';
      }
      await close();
      bed = null;
      say('bringing the lab up anew');
      await takeDown(options.lab);
      await open();
      return 'new-lab';
    },
    end,
  };
}

async function deployOnWorker(
  lab: Lab,
  kubeConfig: KubeConfig,
  { images }: BuiltImages,
): Promise<Deployment> {
  let deployment: Deployment | null = null;
  await offControlPlane(lab, async () => {
    deployment = await deploy(kubeConfig, images);
  });
  if (deployment === null) throw new Error('nothing was deployed');
  return deployment;
}

/** While pods are placed, the control plane's node is closed: the coordinator should be where every fault can be put. */
async function offControlPlane(lab: Lab, place: () => Promise<void>): Promise<void> {
  const [control = 'node1'] = await lab.nodes();
  await lab.kubectl(['cordon', control]);
  try {
    await place();
    await lab.kubectl([
      ...['-n', 'pathmedic', 'rollout', 'status', 'deployment/pathmedic-coordinator', '--timeout=120s'],
    ]);
  } finally {
    await lab.kubectl(['uncordon', control]);
  }
}

async function reachable(kubeConfig: KubeConfig, deployment: Deployment): Promise<Product> {
  return waitFor('the Slack stand-in and the coordinator', 60_000, () =>
    openProduct({ kubeConfig }, deployment),
  );
}
