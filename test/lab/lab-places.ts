import { join, resolve } from 'node:path';

/** Folders and files of one lab. All of it goes with the lab. */
export interface LabPlaces {
  dir: string;
  stateFile: string;
  pki: string;
  /** For clients outside of the lab. */
  kubeconfig: string;
  /** One folder a node. */
  nodes: string;
  /** Logs of the programs beside the nodes. */
  logs: string;
  /** What faults remember. */
  faults: string;
  /** Archives that were loaded: nodes that are started later get them too. */
  images: string;
}

/** PATHMEDIC_LAB_STATE, or a folder in /var/tmp, which outlives a restart and is seldom in memory. */
export function labStateDir(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['PATHMEDIC_LAB_STATE'];
  return given === undefined || given === '' ? join('/var/tmp', 'pathmedic-lab') : resolve(given);
}

export function labPlaces(lab: string, stateDir: string = labStateDir()): LabPlaces {
  const dir = join(stateDir, 'labs', lab);
  return {
    dir,
    stateFile: join(dir, 'lab.json'),
    pki: join(dir, 'pki'),
    kubeconfig: join(dir, 'pki', 'outside.kubeconfig'),
    nodes: join(dir, 'nodes'),
    logs: join(dir, 'logs'),
    faults: join(dir, 'faults'),
    images: join(dir, 'images'),
  };
}

export function nodeDir(places: LabPlaces, node: string): string {
  return join(places.nodes, node);
}

export function nodeRoot(places: LabPlaces, node: string): string {
  return join(places.nodes, node, 'rootfs');
}
