import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';

const run = promisify(execFile);
const maxOutputBytes = 64 * 1024 * 1024;

/** A real cluster to test in: somebody's, by KUBECONFIG, or the lab on this machine. */
export interface TestCluster {
  name: string;
  kubeConfig: KubeConfig;
  kubectl(...args: string[]): Promise<string>;
  /** Takes a lab down that was not up before; anybody else's cluster, and a lab that was up, stay. */
  release(): Promise<void>;
  /** Set for the lab only: faults can be injected there, images loaded, the audit log read. */
  lab: Lab | null;
}

export interface Lab {
  inject(fault: string, node: string, peer: string): Promise<void>;
  heal(fault: string, node: string, peer: string): Promise<void>;
  /** Whether the lab's own measurement finds the paths of that fault healthy, and what it printed. */
  measure(fault: string, node: string, peer: string): Promise<{ healthy: boolean; output: string }>;
  nodes(): Promise<string[]>;
  on(node: string, ...command: string[]): Promise<string>;
  /** Folder with what the lab has built and what runs in it. */
  stateDir: string;
  binDir: string;
}

const labRoot = join(import.meta.dirname, '../../../shared/lab');

/** KUBECONFIG if given, else the lab, which is brought up when it is not. Rejects with what to do when neither is there. */
export async function findCluster(say: (line: string) => void): Promise<TestCluster> {
  const given = process.env['KUBECONFIG'];
  if (given !== undefined && given !== '') return byKubeConfig(given);
  if (!existsSync(join(labRoot, 'up'))) {
    throw new Error(
      `no cluster: there is no lab at ${labRoot}; put the checkout beside shared/, or set KUBECONFIG to a test cluster (kind, k3d)`,
    );
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'no cluster: the lab needs Linux and root; set KUBECONFIG to a test cluster (kind, k3d) instead',
    );
  }
  return theLab(say);
}

function byKubeConfig(path: string): TestCluster {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(path);
  return {
    name: kubeConfig.getCurrentContext(),
    kubeConfig,
    kubectl: async (...args) =>
      (await run('kubectl', args, { maxBuffer: maxOutputBytes, env: { ...process.env, KUBECONFIG: path } }))
        .stdout,
    release: () => Promise.resolve(),
    lab: null,
  };
}

async function theLab(say: (line: string) => void): Promise<TestCluster> {
  const stateDir = process.env['PMLAB_STATE'] ?? '/var/tmp/pm-lab';
  const kubectl = async (...args: string[]): Promise<string> =>
    (await run(join(labRoot, 'kubectl'), args, { maxBuffer: maxOutputBytes })).stdout;
  const wasUp = await kubectl('get', 'nodes', '--request-timeout=5s').then(
    () => true,
    () => false,
  );
  say('lab: making sure that three nodes are up (the first time everything is built, about 7 minutes)');
  await installLabPackages(say);
  // Nodes take over the environment, and have no such folder: container runtimes could not exec into a pod.
  const { TMPDIR: _, ...env } = process.env;
  await run(join(labRoot, 'up'), ['3'], { maxBuffer: maxOutputBytes, env });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(join(stateDir, 'pki/admin-local.kubeconfig'));
  const fault = (name: string, verb: string, node: string, peer: string) =>
    run(join(labRoot, 'faults', name), [verb], {
      maxBuffer: maxOutputBytes,
      env: { ...process.env, FAULT_NODE: node, FAULT_PEER: peer },
    });
  return {
    name: 'lab',
    kubeConfig,
    kubectl,
    async release() {
      if (wasUp) return;
      say('lab: taking it down');
      await run(join(labRoot, 'down'), [], { maxBuffer: maxOutputBytes });
    },
    lab: {
      stateDir,
      binDir: join(stateDir, 'bin'),
      inject: async (name, node, peer) => void (await fault(name, 'inject', node, peer)),
      heal: async (name, node, peer) => void (await fault(name, 'heal', node, peer)),
      async measure(name, node, peer) {
        try {
          return { healthy: true, output: (await fault(name, 'measure', node, peer)).stdout };
        } catch (error) {
          // Exit code 1 is the lab's word for "the fault shows"; anything else is a broken measurement.
          if (error instanceof Error && 'code' in error && error.code === 1 && 'stdout' in error) {
            return { healthy: false, output: String(error.stdout) };
          }
          throw error;
        }
      },
      nodes: async () =>
        (await kubectl('get', 'nodes', '-o', 'name'))
          .trim()
          .split('\n')
          .map((n) => n.replace('node/', '')),
      on: async (node, ...command) =>
        (await run(join(labRoot, 'on'), [node, ...command], { maxBuffer: maxOutputBytes })).stdout,
    },
  };
}

const labPackages: readonly [program: string, debianPackage: string][] = [
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['/usr/lib/cni/bridge', 'containernetworking-plugins'],
  ['iptables', 'iptables'],
  ['nft', 'nftables'],
  ['ipset', 'ipset'],
  ['conntrack', 'conntrack'],
  ['ethtool', 'ethtool'],
  ['ping', 'iputils-ping'],
  ['busybox', 'busybox-static'],
];

/** The lab's Debian packages; says what it installs before it does. */
async function installLabPackages(say: (line: string) => void): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of labPackages) {
    const found = program.startsWith('/') ? existsSync(program) : await onPath(program);
    if (!found) missing.push(name);
  }
  if (missing.length === 0) return;
  say(`lab: apt-get install ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env, maxBuffer: maxOutputBytes });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env,
    maxBuffer: maxOutputBytes,
  });
}

async function onPath(program: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}
