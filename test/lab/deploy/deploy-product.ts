import { KubeConfig } from '@kubernetes/client-node';
import { applyObjects, planDeployment, undeploy } from '../../e2e/deploy.ts';
import { buildImages } from '../../e2e/images.ts';
import type { Lab } from '../lab.ts';
import { labPlaces } from '../lab-places.ts';
import { runCommand, succeeds } from '../machine/run-command.ts';
import { freePort } from '../outside/free-port.ts';
import { asDeployed, forgetDeployed, readDeployed, writeDeployed } from './deployed.ts';
import { endForwards, forwardConsole, forwardSlack } from './product-forwards.ts';
import { untilQuiet } from './until-quiet.ts';

/** The product in a lab, as people and scripts reach it. */
export interface ProductAccess {
  mode: 'advise' | 'remediate';
  consoleUrl: string;
  /** Of `ana`, who may look and approve: for the console's login and the API. */
  token: string;
  /** The channel of the Slack stand-in; its people click there. */
  channelUrl: string;
  /** For the stand-in's /_control. */
  slackControlToken: string;
}

type Say = (line: string) => void;

/**
 * Installs the product and a Slack stand-in from this checkout, in the place of what was deployed before; resolves when all
 * of it is quiet. What is not quiet in time stays, to be looked at.
 */
export async function deployProduct(
  lab: Lab,
  mode: 'advise' | 'remediate',
  say: Say,
  signal: AbortSignal,
): Promise<ProductAccess> {
  const places = labPlaces(lab.name);
  await assertRedis();
  const before = await readDeployed(places);
  const kubeConfig = openKubeConfig(lab);
  const { images, archivePath, remove } = await buildImages(lab, say);
  try {
    signal.throwIfAborted();
    say('loading the images into the nodes');
    await lab.loadImages(archivePath);
  } finally {
    await remove();
  }
  signal.throwIfAborted();
  // A page that is open in a browser works on after a deployment, if it can.
  await endForwards(lab.name);
  const consolePort = await freePort(before?.consolePort ?? null);
  const slackPort = await freePort(before?.slackPort ?? null);
  const publicUrl = `http://127.0.0.1:${consolePort}`;
  const deployment = await planDeployment(kubeConfig, images, { mode, publicUrl });
  if (before !== null) await undeploy(kubeConfig, before.deployment);
  await writeDeployed(places, asDeployed({ mode, consolePort, slackPort, deployment }));
  say('deploying');
  await undeploy(kubeConfig, deployment);
  await applyObjects(kubeConfig, deployment.objects);
  const rollout = ['-n', deployment.namespace, 'rollout', 'status', '--timeout=120s'];
  await lab.kubectl([...rollout, 'deployment/pathmedic-coordinator']);
  await forwardConsole(lab.name, places, lab.binDir, consolePort);
  await forwardSlack(lab.name, places, lab.binDir, { here: slackPort, there: deployment.slackPort });
  const access = {
    mode,
    consoleUrl: publicUrl,
    token: deployment.approverToken,
    channelUrl: `http://127.0.0.1:${slackPort}/`,
    slackControlToken: deployment.slackControlToken,
  };
  say(`waiting until all is quiet; the console is at ${access.consoleUrl} (token ${access.token}) already`);
  await untilQuiet(access, signal);
  return access;
}

/** False: nothing was deployed. */
export async function undeployProduct(lab: Lab): Promise<boolean> {
  const places = labPlaces(lab.name);
  await endForwards(lab.name);
  const deployed = await readDeployed(places);
  if (deployed === null) return false;
  await undeploy(openKubeConfig(lab), deployed.deployment);
  await forgetDeployed(places);
  return true;
}

function openKubeConfig(lab: Lab): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(lab.kubeconfigPath);
  return kubeConfig;
}

/** Its image is made of this machine's program. */
async function assertRedis(): Promise<void> {
  if (await succeeds(['which', 'redis-server'])) return;
  await runCommand(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'redis-server']).catch(
    () => undefined,
  );
  if (!(await succeeds(['which', 'redis-server'])))
    throw new Error('redis-server is needed for its image: apt-get install redis-server');
}
