import { eachObject, setDefault } from './field-defaults.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { arrayAt, isObject, objectAt, stringAt } from './json-value.ts';

function defaultProbe(probe: JsonValue | undefined): void {
  if (!isObject(probe)) return;
  for (const [field, value] of Object.entries({
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  })) {
    setDefault(probe, field, value);
  }
  const http = probe['httpGet'];
  if (isObject(http)) {
    setDefault(http, 'path', '/');
    setDefault(http, 'scheme', 'HTTP');
  }
}

function pullPolicy(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  if (image.includes('@')) return 'IfNotPresent';
  return !name.includes(':') || name.endsWith(':latest') ? 'Always' : 'IfNotPresent';
}

function defaultContainer(container: JsonObject): void {
  setDefault(container, 'resources', {});
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  setDefault(container, 'imagePullPolicy', pullPolicy(stringAt(container, 'image') ?? ''));
  eachObject(arrayAt(container, 'ports'), (port) => setDefault(port, 'protocol', 'TCP'));
  eachObject(arrayAt(container, 'env'), (env) => {
    const ref = objectAt(env, 'valueFrom')['fieldRef'];
    if (isObject(ref)) setDefault(ref, 'apiVersion', 'v1');
  });
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) defaultProbe(container[probe]);
}

function defaultVolume(volume: JsonObject): void {
  for (const source of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    const found = volume[source];
    if (isObject(found)) setDefault(found, 'defaultMode', 420);
  }
  const host = volume['hostPath'];
  if (isObject(host)) setDefault(host, 'type', '');
}

/** Defaults of a PodSpec, in a pod or in a template. */
export function defaultPodSpec(spec: JsonObject): void {
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'securityContext', {});
  setDefault(spec, 'schedulerName', 'default-scheduler');
  const account = stringAt(spec, 'serviceAccountName');
  if (account !== undefined) setDefault(spec, 'serviceAccount', account);
  for (const list of ['containers', 'initContainers']) eachObject(arrayAt(spec, list), defaultContainer);
  eachObject(arrayAt(spec, 'volumes'), defaultVolume);
}

const PRIORITIES: Record<string, number> = {
  'system-node-critical': 2000001000,
  'system-cluster-critical': 2000000000,
};

/** What admission adds to a new pod: priority, tolerations of nodes in trouble, host ports. */
export function admitPod(spec: JsonObject): void {
  setDefault(spec, 'preemptionPolicy', 'PreemptLowerPriority');
  setDefault(spec, 'priority', PRIORITIES[stringAt(spec, 'priorityClassName') ?? ''] ?? 0);
  if (spec['hostNetwork'] === true) {
    eachObject(arrayAt(spec, 'containers'), (container) =>
      eachObject(arrayAt(container, 'ports'), (port) =>
        setDefault(port, 'hostPort', port['containerPort'] ?? 0),
      ),
    );
  }
  const tolerations = arrayAt(spec, 'tolerations');
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) =>
      !tolerations.some((item) => {
        const toleration = objectAt(item);
        const effect = toleration['effect'];
        const keyed = toleration['key'] === key || toleration['key'] === undefined;
        return keyed && (effect === 'NoExecute' || effect === undefined);
      }),
  );
  const list = added.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  if (tolerations.length + list.length > 0) spec['tolerations'] = [...tolerations, ...list];
}
