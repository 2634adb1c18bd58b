import { formatDuration } from '../domain/duration.ts';
import type { Situation } from '../facts/cluster-facts.ts';
import { cniCoverage } from '../facts/cni-coverage.ts';
import type { CniFlavour } from '../facts/cni-flavour.ts';
import { refOf } from '../facts/object-ref-of.ts';
import type { Condition, NodeRecord, PodRecord } from '../facts/records.ts';
import { clip, evidence } from './evidence.ts';
import { networkCondition } from './cni-trouble.ts';
import { matchSignatures } from './match-signatures.ts';
import { type MissingPlugin, missingPlugin } from './missing-plugin.ts';
import { nameNodes } from './name-nodes.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { concernsNodes } from './symptom-scope.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'cni-not-initialized';
const TITLE = 'CNI configuration on the node';
/** An agent writes the configuration within seconds of its start. */
const STARTING_MS = 60_000;

/** A node whose runtime has no network configuration, with the agent that should have written it. */
interface Bare {
  node: NodeRecord;
  condition: Condition;
  flavour: CniFlavour | null;
  /** Null: there is none that is ready; then that is the matter. */
  agent: PodRecord | null;
}

function bareNodes(situation: Situation): Bare[] {
  const { facts } = situation;
  const ready = cniCoverage(facts).flatMap(({ flavour, nodes }) =>
    nodes.flatMap((on) => (on.state === 'ready' ? [{ flavour, node: on.node.meta.name, pod: on.pod }] : [])),
  );
  return facts.nodes
    .filter(({ meta }) => concernsNodes(situation, [meta.name]))
    .flatMap((node): Bare[] => {
      const condition = networkCondition(node);
      if (condition === null || condition.type !== 'Ready') return [];
      const agent = ready.find((one) => one.node === node.meta.name);
      return [{ node, condition, flavour: agent?.flavour ?? null, agent: agent?.pod ?? null }];
    });
}

/** Started since the runtime complains, and so lately that it may not have written anything yet. */
function isStarting({ agent, condition }: Bare, atMs: number): boolean {
  const readyMs = agent?.readySinceMs ?? null;
  return readyMs !== null && readyMs > condition.sinceMs && atMs - readyMs < STARTING_MS;
}

/** Ready agent, and the runtime has had nothing since after the agent started: somebody took it away. */
function wasTaken(bare: Bare): boolean {
  const readyMs = bare.agent?.readySinceMs ?? null;
  return readyMs !== null && readyMs <= bare.condition.sinceMs;
}

function proOf(situation: Situation, found: readonly Bare[]): Weighed[] {
  const told = matchSignatures(situation).get(ID) ?? [];
  const { atMs } = situation.facts;
  const missing = missingPlugin(situation);
  return [
    ...(missing === null
      ? []
      : [
          {
            weight: 0.35,
            evidence: evidence(
              'object',
              `${missing.pods.length} pods on ${missing.node} wait without an address`,
            ),
          },
        ]),
    ...found.slice(0, 3).flatMap((bare, at): Weighed[] => {
      const { node, condition, agent } = bare;
      const ref = refOf('Node', node.meta);
      const text = `${node.meta.name} Ready=${condition.status}: ${condition.message}`;
      const own: Weighed[] = [
        {
          weight: at === 0 ? 0.5 : 0.1,
          evidence: evidence('object', text, { ref, atMs: condition.sinceMs }),
        },
      ];
      if (agent !== null && !isStarting(bare, atMs)) {
        const line = `${agent.meta.name} on ${node.meta.name} is ready: the agent runs, and the configuration that it wrote is gone or not read`;
        own.push({
          weight: at === 0 ? 0.5 : 0.1,
          evidence: evidence('object', line, { ref: refOf('Pod', agent.meta) }),
        });
      }
      return own;
    }),
    ...told,
  ];
}

function summaryOf({ facts }: Situation, found: readonly Bare[]): string {
  const [first] = found;
  if (first === undefined) return '';
  const names = nameNodes(found.map(({ node }) => node.meta.name));
  const since = formatDuration(Math.max(0, facts.atMs - first.condition.sinceMs));
  const agent = first.agent === null ? '' : `, though its CNI agent (${first.flavour ?? 'CNI'}) runs`;
  return `The container runtime on ${names} has had no CNI configuration for ${since}${agent}: new pods get no network there.`;
}

function judge(situation: Situation): Judgement {
  const told = matchSignatures(situation).get(ID) ?? [];
  const found = bareNodes(situation);
  const [first] = told;
  const missing = missingPlugin(situation);
  const summary =
    found.length > 0
      ? summaryOf(situation, found)
      : missing !== null
        ? pluginWords(missing)
        : `The node has no CNI configuration or plugin: ${first?.evidence.text ?? ''}`;
  const cause = weighedCause({
    id: ID,
    component:
      found.length === 0
        ? TITLE
        : `CNI configuration on ${nameNodes(found.map(({ node }) => node.meta.name))}`,
    summary,
    pro: proOf(situation, found),
    contra: [],
  });
  if (cause !== null)
    return {
      cause,
      checks: [check(ID, TITLE, 'found', summary)],
      unknown: ['files on the node: /etc/cni/net.d, /opt/cni/bin'],
    };
  const detail = 'no node complains of its network, and nothing was printed about it';
  return {
    cause,
    checks: [check(ID, TITLE, situation.facts.nodes.length === 0 ? 'unknown' : 'clear', detail)],
    unknown: [],
  };
}

function lookOptions(node: string): string[] {
  return [
    `What is there: on ${node}, ls -l /etc/cni/net.d /opt/cni/bin; crictl info | grep -A5 -i networkready; journalctl -u containerd -n 50 --no-pager. The runtime takes the first file by name.`,
    `A missing plugin binary comes back with the CNI’s or the distribution’s package (containernetworking-plugins); a missing configuration with a restart of the CNI agent on ${node}.`,
    `Until it works: kubectl cordon ${node}. Pods that run there keep their network.`,
  ];
}

function remedy(situation: Situation): Remedy | null {
  const found = bareNodes(situation);
  const [first] = found;
  const told = matchSignatures(situation).get(ID) ?? [];
  const missing = missingPlugin(situation);
  if (missing !== null) return remedyForPlugin(missing);
  if (first === undefined) {
    return told.length === 0
      ? null
      : escalation('A node has no CNI configuration or plugin', told[0]?.evidence.text ?? '', 'the node');
  }
  const summary = summaryOf(situation, found);
  if (first.agent === null || !wasTaken(first)) {
    return escalation(
      `${nameNodes(found.map(({ node }) => node.meta.name))}: no CNI configuration`,
      summary,
      first.node.meta.name,
    );
  }
  const rest = found.length > 1 ? ' One node first: if that helps, the others follow.' : '';
  return restart(first.agent, `${summary} The agent writes the configuration when it starts.${rest}`);
}

/** A program that the agent brings along comes back with its start; any other is the node's own. */
function remedyForPlugin({ node, plugin, pods, agent }: MissingPlugin): Remedy {
  const summary = pluginWords({ node, plugin, pods });
  return agent === null
    ? escalation(`${node}: the CNI plugin ${plugin} is missing`, summary, node)
    : restart(agent, `${summary} The agent puts its own plugin in place when it starts.`);
}

function pluginWords({ node, plugin, pods }: Pick<MissingPlugin, 'node' | 'plugin' | 'pods'>): string {
  return `The program of the CNI plugin ${plugin} is missing on ${node}: ${pods.length} new ${pods.length === 1 ? 'pod gets' : 'pods get'} no network there.`;
}

function restart(agent: PodRecord, why: string): Remedy {
  const target = refOf('Pod', agent.meta);
  return {
    type: 'plan',
    title: clip(`Delete pod ${target.namespace}/${target.name} on ${agent.nodeName}`, 200),
    why: clip(why, 600),
    // The pod calls itself ready: it is what the node says that shows that its work is gone.
    actions: [{ type: 'delete-pod', target, params: { evidence: 'probes' } }],
  };
}

function escalation(title: string, why: string, node: string): Remedy {
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(title, 200),
      why: clip(`${why} Starting the CNI agent again would not be enough, or there is none to start.`, 800),
      options: lookOptions(node).map((option) => clip(option, 400)),
    },
  };
}

/** C1: the node's container runtime finds no CNI configuration, or not the plugin that it names. */
export const cniNotInitialized: Runbook = {
  id: ID,
  needs: ['nodes', 'pods', 'daemonSets', 'events'],
  wantsLogs: () => [],
  judge,
  remedy,
};
