import type { Incident } from '../domain/incident.ts';
import type { NetworkSnapshot } from '../domain/network.ts';
import type { Path } from '../domain/path.ts';
import { neededEvidence, pathForEach } from '../sensing/needed-evidence.ts';

/** What one pass probes. */
export interface VerificationScope {
  pathIds: string[];
  probesPerPath: number;
}

const maxPaths = 300;
const minProbes = 10;
const maxProbes = 100;
/** Loss below this is noise; assuming at least this keeps the number of probes finite. */
const leastLoss = 0.02;

/**
 * The original failing paths, those that took the place of vanished ones (a rolled CoreDNS pod has a new name), and every
 * path that begins or ends at an affected node or namespace. Enough probes a path to see the loss at hand with 95 %
 * confidence: n >= ln 0.05 / ln(1 - p). Pure.
 */
export function verificationScope(incident: Incident, network: NetworkSnapshot): VerificationScope {
  const present = new Map(network.paths.map((p) => [p.path.id, p.path]));
  const failing = incident.symptoms.flatMap((s) => s.pathIds);
  const vanished = failing.filter((id) => !present.has(id)).map(kindAndSource);
  const nodes = new Set(incident.symptoms.flatMap((s) => s.affected.nodes));
  const namespaces = new Set(incident.symptoms.flatMap((s) => s.affected.namespaces));
  const original = new Set(failing.filter((id) => present.has(id)));
  const replaced = new Set(vanished);
  const related = [...present.values()].filter(
    (path) => replaced.has(kindAndSource(path.id)) || touches(path, nodes, namespaces),
  );
  // First, so that no bound cuts them off: one path at least from and to every end where something failed.
  const { needs } = neededEvidence(incident.symptoms, network.judged);
  const needed = pathForEach(needs, [...original, ...present.keys()]);
  const chosen = [...new Set([...needed, ...original, ...related.map((p) => p.id)])];
  const everything = chosen.length === 0 ? [...present.keys()] : chosen;
  return { pathIds: everything.slice(0, maxPaths), probesPerPath: probesFor(incident) };
}

function kindAndSource(id: string): string {
  const [kind = '', protocol = '', from = ''] = id.split('|');
  return `${kind}|${protocol}|${from}`;
}

function touches(path: Path, nodes: ReadonlySet<string>, namespaces: ReadonlySet<string>): boolean {
  if (nodes.has(path.from.node)) return true;
  if (path.from.mode === 'canary' && namespaces.has(path.from.namespace)) return true;
  return (path.to.type === 'agent' || path.to.type === 'dns-pod') && nodes.has(path.to.node);
}

function probesFor(incident: Incident): number {
  const rates = incident.symptoms.flatMap((s) =>
    s.lossRate === null || s.lossRate === 0 ? [] : [s.lossRate],
  );
  const least = Math.max(leastLoss, Math.min(1, ...rates));
  if (least >= 0.99) return minProbes;
  return Math.min(maxProbes, Math.max(minProbes, Math.ceil(Math.log(0.05) / Math.log(1 - least))));
}
