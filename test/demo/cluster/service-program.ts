import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_AUDIENCE } from '../../sim/apiserver/identities.ts';
import type { PodProgram } from '../../sim/controllers/pod-program.ts';
import type { SimCluster } from '../../sim/sim-cluster.ts';
import type { Children } from '../processes/child.ts';
import { waitFor } from '../waiting.ts';
import { containerEnvironment } from './container-environment.ts';

const main = join(import.meta.dirname, '../../../coordinator/src/main.ts');
const readyWithinMs = 60_000;

export interface ServiceProgramDeps {
  cluster: () => SimCluster;
  children: Children;
  /** Name of the log. */
  name: 'coordinator' | 'executor';
  /** What differs from a cluster; over the environment of the manifest. */
  settings: Readonly<Record<string, string>>;
  readyUrl: string;
  directory: string;
}

/** What runs in the coordinator's and the executor's pod: the real main.ts as a process, with the pod's rights. */
export function serviceProgram(deps: ServiceProgramDeps): PodProgram {
  return (context) => {
    const { namespace = '', name, uid } = context.pod.metadata;
    const cluster = deps.cluster();
    const kubeconfig = join(deps.directory, 'kubeconfigs', uid);
    mkdirSync(join(deps.directory, 'kubeconfigs'), { recursive: true, mode: 0o700 });
    const token = cluster.podToken(namespace, name, [API_AUDIENCE]);
    writeFileSync(kubeconfig, cluster.server.kubeConfig(token).exportConfig(), { mode: 0o600 });
    const data = (configMap: string): Record<string, string> => ({
      ...cluster.client.get('configmaps', namespace, configMap)?.data,
    });
    const child = deps.children.start({
      name: deps.name,
      command: process.execPath,
      args: [main],
      env: {
        ...withoutSecretFiles(containerEnvironment(context, data)),
        ...deps.settings,
        PATHMEDIC_KUBECONFIG: kubeconfig,
      },
      stopWithinMs: 8_000,
    });
    const stopped = new AbortController();
    void child.ended.then(async (how) => {
      if (stopped.signal.aborted || deps.children.stopping()) return;
      stopped.abort();
      context.log(await child.lastWords(20));
      context.exit(1, how);
    });
    waitFor(
      `${deps.name} to be ready`,
      readyWithinMs,
      async () => ((await fetch(deps.readyUrl)).ok ? true : null),
      stopped.signal,
    ).then(
      () => context.setReady(true),
      () => undefined,
    );
    return {
      stop() {
        stopped.abort();
        void child.stop();
      },
    };
  };
}

/** Mounted secrets come as plain settings here. */
function withoutSecretFiles(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !(name.endsWith('_FILE') && name.startsWith('PATHMEDIC_'))),
  );
}
