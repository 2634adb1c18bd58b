/** How the nodes' pod ranges reach each other: encapsulated, or by routes on each host. */
export type LabNetwork = 'vxlan' | 'routed';

/** What a node runs outside of containers, restarted a second after it ended. All but the first two: control plane only. */
export const labPrograms = [
  'containerd',
  'kubelet',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
] as const;
export type LabProgram = (typeof labPrograms)[number];

export interface CommandOptions {
  /** Given to the command's standard input. */
  input?: string;
  /** The command is ended after this long, and the call rejects. Default 130 000 ms. */
  timeoutMs?: number;
}

/** A lab that is up. Every call rejects with the command, its exit code and what it printed to standard error. */
export interface Lab {
  /** Tells labs on one machine apart; namespaces, cgroups and folders carry it. */
  name: string;
  network: LabNetwork;
  /** For clients outside of the lab: a forward on 127.0.0.1. */
  kubeconfigPath: string;
  /** Folders of the binaries, and of the layers that images for the lab are made of. */
  binDir: string;
  layersDir: string;
  /** Names of the nodes that run, the control plane's first. */
  nodes(): Promise<string[]>;
  kubectl(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Runs a program in all namespaces of a node, with the lab's programs on its path. */
  on(node: string, argv: readonly string[], options?: CommandOptions): Promise<string>;
  /** Makes the images of an OCI archive known to every running node. */
  loadImages(archivePath: string): Promise<void>;
  /** Stops a node at once, as when the power is cut, and removes what it left. The Node object stays. */
  stopNode(node: string): Promise<void>;
  /** Starts it anew (as after a reinstallation), or adds it; resolves when it is Ready. */
  startNode(node: string): Promise<void>;
  /** `ended`: killed and kept down. `frozen`: it keeps its connections and answers nothing. Idempotent. */
  stopProgram(node: string, program: LabProgram, how?: 'ended' | 'frozen'): Promise<void>;
  /** Undoes `stopProgram`, both ways; resolves when the program runs, which is before it is ready. */
  startProgram(node: string, program: LabProgram): Promise<void>;
  /** How many cores all of a node may use together, pods included; null: as many as there are. */
  limitCpu(node: string, cores: number | null): Promise<void>;
}
