import type { Clock } from '@pathmedic/shared/runtime/clock.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import type { JsonObject } from './apiserver/json-value.ts';
import type { SimApiServer } from './apiserver/sim-api-server.ts';
import { createSimApiServer } from './apiserver/sim-api-server.ts';
import { storedAs } from './apiserver/stored-kinds.ts';
import type { Node } from './apiserver/stored-pods.ts';
import type { SystemClient } from './apiserver/system-client.ts';
import { createControllerClock } from './controllers/controller-clock.ts';
import { corednsProgram } from './controllers/coredns-program.ts';
import { startDaemonSetController } from './controllers/daemonset-controller.ts';
import { startDeploymentController } from './controllers/deployment-controller.ts';
import { startEndpointSliceController } from './controllers/endpointslice-controller.ts';
import { flannelProgram } from './controllers/flannel-program.ts';
import { startGarbageCollector } from './controllers/garbage-collector.ts';
import type { Kubelet } from './controllers/kubelet.ts';
import { startKubelet } from './controllers/kubelet.ts';
import { startNodeLifecycle } from './controllers/node-lifecycle.ts';
import type { NodeMachine } from './controllers/node-machine.ts';
import { createNodeMachine } from './controllers/node-machine.ts';
import type { ProgramLookup } from './controllers/pod-program.ts';
import { startReplicaSetController } from './controllers/replicaset-controller.ts';
import { startScheduler } from './controllers/scheduler.ts';
import type { Timing } from './controllers/timing.ts';
import { QUICK_TIMING } from './controllers/timing.ts';
import { applyManifests, readManifests } from './manifests.ts';
import type { AddressPlan } from './network/address-plan.ts';
import { createAddressPlan } from './network/address-plan.ts';
import type { SimNetwork } from './network/sim-network.ts';
import { createSimNetwork } from './network/sim-network.ts';
import type { Person } from './person.ts';
import { createPerson } from './person.ts';
import { clusterLevelObjects, nodeLevelObjects } from './objects/cluster-objects.ts';
import type { NamedObject } from './objects/named-object.ts';
import { nodeObject } from './objects/node-object.ts';

export interface SimClusterOptions {
  /** Default 5: node1 ... node5. */
  nodes?: number;
  clock?: Clock;
  timing?: Timing;
  /** What runs in containers beside CoreDNS and flannel; the first that knows a container decides. */
  programs?: readonly ProgramLookup[];
  /** Keeps the loopback addresses of clusters that run side by side apart; default 0. */
  block?: number;
  /** Port of CoreDNS pods and of the kube-dns Service; default 53, which needs root. */
  dnsPort?: number;
  /** Whether the CNI enforces NetworkPolicies; default true. */
  enforcePolicies?: boolean;
  externalNames?: ReadonlyMap<string, string>;
  /** False: no data-plane sockets, for tests in virtual time. Default true. */
  listens?: boolean;
  random?: () => number;
  /** A data-plane listener that could not be opened. Default: throws at the next tick. */
  onError?: (what: string, error: unknown) => void;
}

/** A whole cluster; see the README. */
export interface SimCluster {
  server: SimApiServer;
  /** Direct access to the API server's store. */
  client: SystemClient;
  network: SimNetwork;
  plan: AddressPlan;
  nodeNames: readonly string[];
  machine(node: string): NodeMachine;
  /** Starts the API server; controllers run from creation on. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Creates the objects of YAML manifests, those without a namespace in `namespace`; RBAC becomes rights of the users it binds. */
  apply(manifests: string | readonly JsonObject[], namespace?: string): void;
  /** A token for the API server as the service account. */
  serviceAccountToken(namespace: string, name: string): string;
  /** A token bound to a pod, as its projected volume holds it. Throws when the pod does not exist. */
  podToken(namespace: string, pod: string, audiences: readonly string[]): string;
  /** Someone with admin rights who works with kubectl. */
  person(username: string): Person;
  /** The node's sandboxes and CNI state are lost; containers start again. */
  rebootNode(node: string): void;
  /** Every workload has all of its pods ready, and every node is usable. */
  isHealthy(): boolean;
  /** Resolves when the condition holds, looked at after every change in the API; rejects after `timeoutMs` of the clock. */
  until(what: string, condition: () => boolean, timeoutMs?: number): Promise<void>;
}

function isUsable(node: Node): boolean {
  const ready = node.status.conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
  return ready === true && (node.spec.taints ?? []).length === 0;
}

function isImage(image: string, name: string): boolean {
  return image.split('/').at(-1)?.split(':')[0] === name;
}

export function createSimCluster(options: SimClusterOptions = {}): SimCluster {
  const clock = options.clock ?? systemClock;
  const timing = options.timing ?? QUICK_TIMING;
  const random = options.random ?? Math.random;
  const plan = createAddressPlan(options.block ?? 0);
  const dnsPort = options.dnsPort ?? 53;
  const enforcePolicies = options.enforcePolicies ?? true;
  const server = createSimApiServer({ clock, random, serviceAddressPrefix: plan.servicePrefix });
  const client = server.system;
  const controllerClock = createControllerClock(clock);
  const nodeNames = Array.from({ length: options.nodes ?? 5 }, (_, index) => `node${index + 1}`);
  const machines = new Map(
    nodeNames.map((name, index) => [
      name,
      createNodeMachine(name, plan.nodeAddress(index + 1), plan.podCidr(index + 1)),
    ]),
  );
  const network = createSimNetwork({
    client,
    machines,
    enforcePolicies,
    dnsPort,
    externalNames: options.externalNames ?? new Map([['external.example.com', '192.0.2.10']]),
    random,
    listens: options.listens ?? true,
    onError:
      options.onError ??
      ((what, error) =>
        queueMicrotask(() => {
          throw new Error(`the simulated network could not open ${what}`, { cause: error });
        })),
  });

  const coredns = corednsProgram(timing, (address) => network.dns(address));
  const flannel = flannelProgram(client, timing);
  const builtIn: ProgramLookup = (_pod, container) => {
    if (isImage(container.image, 'coredns')) return coredns;
    return isImage(container.image, 'flannel') ? flannel : undefined;
  };
  const programs: ProgramLookup = (pod, container) => {
    for (const lookup of [...(options.programs ?? []), builtIn]) {
      const found = lookup(pod, container);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const delay = timing.controllerMs;
  startDaemonSetController(client, controllerClock, delay);
  startReplicaSetController(client, controllerClock, delay);
  startDeploymentController(client, controllerClock, delay);
  startEndpointSliceController(client, controllerClock, delay);
  startNodeLifecycle(client, controllerClock, delay);
  startScheduler(client, controllerClock, delay);
  startGarbageCollector(client, controllerClock, delay);
  const kubelets = new Map<string, Kubelet>();
  const add = ({ resource, object }: NamedObject): void => void client.create(resource, object, 'kubeadm');
  nodeNames.forEach((name, index) => add(nodeObject(name, index + 1, plan)));
  for (const machine of machines.values())
    kubelets.set(machine.name, startKubelet({ client, clock: controllerClock, timing, machine, programs }));
  nodeLevelObjects(plan, { enforcePolicies }).forEach(add);
  const stopWaiting = client.subscribe((event) => {
    if (event.resource !== 'nodes' || !client.list('nodes').every(isUsable)) return;
    stopWaiting();
    controllerClock.after(0, () => clusterLevelObjects(plan, { dnsPort }).forEach(add));
  });
  server.setPodLogs({
    read(object, container, previous) {
      const pod = storedAs('pods', object);
      return (
        kubelets.get(pod.spec.nodeName ?? '')?.log(pod, container, previous) ?? {
          type: 'waiting',
          reason: 'ContainerCreating',
        }
      );
    },
  });

  const machine = (node: string): NodeMachine => {
    const found = machines.get(node);
    if (found === undefined) throw new Error(`there is no node ${node}`);
    return found;
  };

  return {
    server,
    client,
    network,
    plan,
    nodeNames,
    machine,
    start: () => server.start(),
    async stop() {
      controllerClock.stop();
      for (const kubelet of kubelets.values()) kubelet.stop();
      await network.close();
      await server.stop();
    },
    apply: (manifests, namespace) =>
      applyManifests(
        { client, identities: server.identities },
        typeof manifests === 'string' ? readManifests(manifests) : manifests,
        namespace,
      ),
    serviceAccountToken: (namespace, name) =>
      server.identities.issueToken({ namespace, serviceAccount: name }),
    podToken(namespace, pod, audiences) {
      const found = client.get('pods', namespace, pod);
      if (found === undefined) throw new Error(`there is no pod ${namespace}/${pod}`);
      const serviceAccount = found.spec.serviceAccountName ?? 'default';
      return server.identities.issueToken({
        namespace,
        serviceAccount,
        pod: { name: pod, uid: found.metadata.uid },
        audiences,
      });
    },
    person: (username) =>
      createPerson(() => server.url(), server.identities.addUser({ username, groups: ['system:masters'] })),
    rebootNode(node) {
      machine(node);
      kubelets.get(node)?.reboot();
    },
    isHealthy() {
      const daemonSets = client.list('daemonsets');
      const deployments = client.list('deployments');
      return (
        client.list('nodes').every(isUsable) &&
        deployments.length > 0 &&
        daemonSets.every(
          ({ metadata, status }) =>
            status.observedGeneration === metadata.generation &&
            status.desiredNumberScheduled > 0 &&
            status.numberReady === status.desiredNumberScheduled &&
            status.updatedNumberScheduled === status.desiredNumberScheduled,
        ) &&
        deployments.every(
          ({ metadata, spec, status }) =>
            status.observedGeneration === metadata.generation &&
            status.availableReplicas === spec.replicas &&
            status.updatedReplicas === spec.replicas &&
            status.replicas === spec.replicas,
        )
      );
    },
    until(what, condition, timeoutMs = 30_000) {
      if (condition()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timer = clock.after(timeoutMs, () => {
          unsubscribe();
          reject(new Error(`not within ${timeoutMs} ms: ${what}`));
        });
        // After the event has been taken in by everybody, not in the middle of it.
        const unsubscribe = client.subscribe(() =>
          queueMicrotask(() => {
            if (!condition()) return;
            unsubscribe();
            timer.cancel();
            resolve();
          }),
        );
      });
    },
  };
}
