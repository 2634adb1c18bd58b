import { randomBytes } from 'node:crypto';
import { createVirtualClock, type VirtualClock } from '@pathmedic/shared/runtime/virtual-clock.ts';
import { systemClock } from '@pathmedic/shared/runtime/clock.ts';
import { createApiClient, type ApiClient } from '@pathmedic/coordinator/adapters/kubernetes/api-client.ts';
import type {
  ApiRequest,
  ApiResponse,
  ApiTransport,
} from '@pathmedic/coordinator/adapters/kubernetes/api-transport.ts';

/** What differs between the API servers that the suites run against. */
export interface ApiServerUnderTest {
  name: string;
  /** May do everything. */
  admin: ApiTransport;
  /** Authenticated, and allowed nothing. */
  nobody: ApiTransport;
  /** Makes watches from old resourceVersions answer 410. */
  forgetHistory(): void;
  /** A pod in that namespace whose container `main` has written those lines. */
  podWithLog(
    namespace: string,
    name: string,
    lines: readonly string[],
  ): Promise<{ uid: string; node: string }>;
  /** Token of the namespace's default service account, bound to that pod. */
  boundToken(namespace: string, pod: { name: string; uid: string }, audience: string): Promise<string>;
  /** After everything in the test's namespaces has been deleted. */
  close(): Promise<void>;
}

/** A transport whose requests are counted and can be meddled with. */
export interface ObservedTransport {
  send: ApiTransport;
  requests: ApiRequest[];
  /** Asked for every request: another one to send instead, an error for its reply to get lost with, or an answer. */
  meddle:
    | ((
        request: ApiRequest,
      ) => ApiRequest | { loseReply: Error } | { status: number; body: object } | undefined)
    | null;
  inFlight(): number;
}

export function observe(transport: ApiTransport): ObservedTransport {
  let inFlight = 0;
  const observed: ObservedTransport = {
    requests: [],
    meddle: null,
    inFlight: () => inFlight,
    async send(request) {
      observed.requests.push(request);
      const meddled = observed.meddle?.(request);
      inFlight += 1;
      try {
        if (meddled === undefined || 'path' in meddled) return await transport(meddled ?? request);
        if ('status' in meddled) return answered(meddled.status, JSON.stringify(meddled.body));
        await (await transport(request)).text();
        throw meddled.loseReply;
      } finally {
        inFlight -= 1;
      }
    },
  };
  return observed;
}

function answered(status: number, text: string): ApiResponse {
  return {
    status,
    headers: {},
    text: () => Promise.resolve(text),
    async *chunks() {
      yield Buffer.from(text);
    },
  };
}

/** Virtual time that waits for the requests its timers have caused. */
export function clockBehind(...transports: ObservedTransport[]): VirtualClock {
  const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return createVirtualClock({
    startMs: Date.now(),
    async settle() {
      // Twice quiet: an answer leads to the next request only some promises later.
      for (let quiet = 0; quiet < 5;) {
        await immediate();
        quiet = transports.some((transport) => transport.inFlight() > 0) ? 0 : quiet + 1;
      }
    },
  });
}

export function clientOf(transport: ApiTransport): ApiClient {
  return createApiClient(transport, systemClock);
}

type Document = { metadata: Record<string, unknown> } & Record<string, unknown>;

const collections: Record<string, string> = {
  Namespace: '/api/v1/namespaces',
  ConfigMap: '/api/v1/namespaces/NS/configmaps',
  Pod: '/api/v1/namespaces/NS/pods',
  DaemonSet: '/apis/apps/v1/namespaces/NS/daemonsets',
  Deployment: '/apis/apps/v1/namespaces/NS/deployments',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies',
};

/** Set-up by an administrator, in one namespace. */
export interface Workbench {
  namespace: string;
  create(
    kind: string,
    apiVersion: string,
    document: Document,
  ): Promise<{ uid: string; resourceVersion: string }>;
  remove(kind: string, name: string): Promise<void>;
  dispose(): Promise<void>;
}

export async function workbench(api: ApiClient): Promise<Workbench> {
  const namespace = `pathmedic-test-${randomBytes(4).toString('hex')}`;

  async function create(kind: string, apiVersion: string, document: Document) {
    const path = (collections[kind] ?? '').replace('NS', namespace);
    const answer = await api.json({
      method: 'POST',
      path: `${path}?fieldManager=set-up`,
      body: JSON.stringify({ apiVersion, kind, ...document }),
    });
    if (answer.type !== 'ok') throw new Error(`${kind}: ${JSON.stringify(answer)}`);
    const { metadata } = answer.value as { metadata: { uid: string; resourceVersion: string } };
    return { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
  }

  await create('Namespace', 'v1', { metadata: { name: namespace } });
  return {
    namespace,
    create,
    async remove(kind, name) {
      const path = (collections[kind] ?? '').replace('NS', namespace);
      const answer = await api.json({ method: 'DELETE', path: `${path}/${name}` });
      if (answer.type !== 'ok') throw new Error(`${kind} ${name}: ${JSON.stringify(answer)}`);
    },
    async dispose() {
      await api.json({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
    },
  };
}

/** A DaemonSet that runs nowhere. */
export function idleDaemonSet(name: string): Document {
  return {
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          nodeSelector: { 'pathmedic.io/test': 'nowhere' },
          containers: [{ name: 'main', image: 'registry.test/none:1' }],
        },
      },
    },
  };
}
