import type { ComponentId, ComponentKind } from '../domain/component.ts';
import { parseComponent } from '../domain/component.ts';
import type { Dataplane } from '../domain/components-of.ts';
import { componentsOf } from '../domain/components-of.ts';
import type { PathState, Suspect } from '../domain/network.ts';
import type { Path } from '../domain/path.ts';
import type { LocatedSuspect, LocatePath } from './locate.ts';
import { locate } from './locate.ts';
import type { NetworkPlan } from './plan.ts';
import { backendsKey } from './plan.ts';

export interface Attribution {
  suspects: Suspect[];
  /** Ids of lossy paths that no suspect explains. */
  unexplained: string[];
}

/** A component that is not on the reporter's own node is blamed only by this many source nodes (or all, if fewer). */
const neededSources = 3;

/** Among components that no probe tells apart, the one that is named; the agent itself last. */
const naming: readonly ComponentKind[] = [
  'cni-egress',
  'cni-ingress',
  'node-out',
  'node-in',
  'service-proxy',
  'dns-vip',
  'dns-pod',
  'policy',
  'upstream',
  'apiserver',
  'api-vip',
  'overlay',
  'underlay',
  'backend',
  'mtu-pods',
  'mtu-node',
  'mtu-overlay',
  'mtu-underlay',
  'prober',
];

interface Judged {
  state: PathState;
  components: ComponentId[];
}

/**
 * Turns the states of the paths into suspects. Paths with one fixed target are located first; an address that leads to
 * several backends is a mixture, and only the loss that the first suspects leave open there is located in a second
 * round. Nothing failing: no suspects.
 */
export function attribute(
  states: readonly PathState[],
  plan: NetworkPlan,
  dataplane: Dataplane,
): Attribution {
  if (!states.some(({ state }) => state === 'failing')) return { suspects: [], unexplained: [] };
  const judged = states
    .filter((entry) => entry.state !== 'unknown' && entry.sent > 0)
    .map((state): Judged => ({ state, components: possibleComponents(state, dataplane) }));
  const fixed = judged.filter(({ state }) => backendsKey(state.path.to) === null);
  const mixtures = judged.filter(({ state }) => backendsKey(state.path.to) !== null);

  const first = locate(fixed.map((entry) => inputOf(entry, 0)));
  const losses = lossesOf(first.suspects);
  const second = mixtures.some(({ state }) => state.state === 'failing')
    ? locate([
        ...fixed.map((entry) => inputOf(entry, expectedLoss(entry.components, losses))),
        ...mixtures.map((entry) =>
          inputOf(entry, generous(mixtureLoss(entry.state.path, plan, dataplane, losses))),
        ),
      ])
    : { suspects: [], unexplained: [] };

  const suspects = [...first.suspects, ...second.suspects].map((located) => nameSuspect(located));
  const withMixtures = suspects.map((suspect) => ({
    ...suspect,
    explains: [...new Set([...suspect.explains, ...mixturesThrough(suspect, mixtures, plan, dataplane)])],
  }));
  const confirmed = withMixtures.map((suspect) => ({
    ...suspect,
    unconfirmed: !isConfirmed(suspect, withMixtures, judged),
  }));
  const explained = new Set(confirmed.flatMap((suspect) => suspect.explains));
  const unexplained = [...new Set([...first.unexplained, ...second.unexplained])];
  return { suspects: confirmed, unexplained: unexplained.filter((id) => !explained.has(id)) };
}

/** Fewer probes than this do not tell a part from the whole. */
const fewProbes = 4;

/** A policy lets a path through or not: it is no explanation for one that loses a part. */
function possibleComponents(state: PathState, dataplane: Dataplane): ComponentId[] {
  const crossed = componentsOf(state.path, dataplane);
  const losesPart = state.lost > 0 && state.sent >= fewProbes && state.lost * 2 < state.sent;
  return losesPart ? crossed.filter((component) => parseComponent(component).kind !== 'policy') : crossed;
}

function inputOf({ state, components }: Judged, explainedLoss: number): LocatePath {
  const { path, sent, lost } = state;
  return { id: path.id, components, sent, lost, source: path.from.node, explainedLoss };
}

interface Loss {
  members: ReadonlySet<string>;
  rate: number;
}

function lossesOf(suspects: readonly LocatedSuspect[]): Loss[] {
  return suspects.map((suspect) => ({
    members: new Set([suspect.component, ...suspect.indistinguishable]),
    rate: suspect.lossRate,
  }));
}

/** Loss that known suspects cause on a path with these components. */
function expectedLoss(components: readonly ComponentId[], losses: readonly Loss[]): number {
  let survives = 1;
  for (const { members, rate } of losses) {
    if (components.some((component) => members.has(component))) survives *= 1 - rate;
  }
  return 1 - survives;
}

/** The paths that a mixture stands for: one a backend, each with its own target. */
function throughBackends(path: Path, plan: NetworkPlan): Path[] {
  const { to } = path;
  const backends = plan.backends.get(backendsKey(to) ?? '') ?? [];
  return backends.map((backend): Path => {
    if (to.type === 'dns-vip') {
      const { address, port, upstream } = to;
      return {
        ...path,
        to: { type: 'dns-pod', pod: backend.pod, node: backend.node, address, port, upstream },
      };
    }
    return to.type === 'service'
      ? { ...path, to: { ...to, backend: { pod: backend.pod, node: backend.node } } }
      : path;
  });
}

/** Backends are not chosen evenly, and their loss rates are estimates: only clearly more loss is news. */
function generous(expected: number): number {
  return expected < 0.02 ? expected : Math.min(1, expected * 1.2 + 0.08);
}

function mixtureLoss(path: Path, plan: NetworkPlan, dataplane: Dataplane, losses: readonly Loss[]): number {
  const parts = throughBackends(path, plan);
  const own = componentsOf(path, dataplane);
  if (parts.length === 0) return expectedLoss(own, losses);
  const sum = parts.reduce(
    (total, part) => total + expectedLoss([...own, ...componentsOf(part, dataplane)], losses),
    0,
  );
  return sum / parts.length;
}

/** Failing mixtures that a suspect explains through some of their backends. */
function mixturesThrough(
  suspect: Suspect,
  mixtures: readonly Judged[],
  plan: NetworkPlan,
  dataplane: Dataplane,
): string[] {
  const losses: Loss[] = [
    { members: new Set([suspect.component, ...suspect.indistinguishable]), rate: suspect.lossRate },
  ];
  return mixtures
    .filter(({ state }) => state.state === 'failing')
    .filter(({ state }) => mixtureLoss(state.path, plan, dataplane, losses) > 0.05)
    .map(({ state }) => state.path.id);
}

function isComponentId(name: string): name is ComponentId {
  return naming.some((kind) => name.startsWith(`${kind}:`));
}

function nameSuspect(located: LocatedSuspect): Suspect {
  const members = [located.component, ...located.indistinguishable].filter(isComponentId);
  const rank = (id: ComponentId): number => naming.indexOf(parseComponent(id).kind);
  const [component = members[0] ?? 'prober:unknown', ...indistinguishable] = members.toSorted(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
  const { lossRate, confidence, explains } = located;
  return { component, indistinguishable, lossRate, confidence, explains, unconfirmed: false };
}

/**
 * One agent may lie or be ill. What lies on a reporter's own node needs nobody else; a pair needs both ends; anything
 * else needs three source nodes, or all that probe it if they are fewer.
 */
function isConfirmed(suspect: Suspect, all: readonly Suspect[], judged: readonly Judged[]): boolean {
  const { kind, instance } = parseComponent(suspect.component);
  switch (kind) {
    case 'node-out':
    case 'cni-egress':
    case 'service-proxy':
    case 'prober':
      return true;
    case 'overlay':
    case 'underlay': {
      const [from = '', to = ''] = instance.split('>');
      return all.some(({ component }) => component === `${kind}:${to}>${from}`);
    }
    case 'node-in':
    case 'cni-ingress':
    case 'backend':
    case 'dns-pod':
    case 'dns-vip':
    case 'upstream':
    case 'apiserver':
    case 'api-vip':
    case 'policy':
    case 'mtu-node':
    case 'mtu-pods':
    case 'mtu-overlay':
    case 'mtu-underlay': {
      const crossing = judged.filter(({ components }) => components.includes(suspect.component));
      const explained = new Set(suspect.explains);
      const sources = new Set(crossing.map(({ state }) => state.path.from.node));
      const blaming = new Set(
        crossing.flatMap(({ state }) =>
          explained.has(state.path.id) && state.state === 'failing' ? [state.path.from.node] : [],
        ),
      );
      return blaming.size >= Math.min(neededSources, sources.size);
    }
  }
}
