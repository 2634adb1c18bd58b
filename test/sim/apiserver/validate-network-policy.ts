import type { FieldProblem } from './api-error.ts';
import { forbiddenField, invalidValue, portRange, required, unsupported } from './field-problem.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { arrayAt, isObject, objectAt, stringAt } from './json-value.ts';
import { parseCidr } from './ipv4.ts';
import { selectorProblems } from './validate-names.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];

function portProblems(item: JsonValue, at: string): FieldProblem[] {
  const port = objectAt(item);
  const protocol = stringAt(port, 'protocol') ?? 'TCP';
  const problems = PROTOCOLS.includes(protocol) ? [] : [unsupported(`${at}.protocol`, protocol, PROTOCOLS)];
  const value = port['port'];
  const end = port['endPort'];
  if (typeof value === 'number') {
    problems.push(...portRange(`${at}.port`, value));
    if (typeof end === 'number' && end < value)
      problems.push(invalidValue(`${at}.endPort`, value, 'must be greater than or equal to `port`'));
  } else if (typeof end === 'number') {
    const why =
      value === undefined
        ? 'must not be specified when `port` is not specified'
        : 'must not be specified when `port` is non-numeric';
    problems.push(forbiddenField(`${at}.endPort`, why));
  }
  return problems;
}

function blockProblems(block: JsonObject, at: string): FieldProblem[] {
  const cidr = stringAt(block, 'cidr') ?? '';
  if (cidr === '') return [required(`${at}.cidr`)];
  const outer = parseCidr(cidr);
  if (outer === undefined)
    return [
      invalidValue(`${at}.cidr`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
    ];
  return arrayAt(block, 'except').flatMap((item, index) => {
    const inner = typeof item === 'string' ? parseCidr(item) : undefined;
    const field = `${at}.except[${index}]`;
    if (inner === undefined)
      return [invalidValue(field, item, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
    const within = inner.bits > outer.bits && (inner.base & outer.mask) >>> 0 === outer.base;
    return within ? [] : [invalidValue(field, item, 'must be a strict subset of `cidr`')];
  });
}

function peerProblems(item: JsonValue, at: string): FieldProblem[] {
  const peer = objectAt(item);
  const problems: FieldProblem[] = [];
  for (const field of ['podSelector', 'namespaceSelector']) {
    const selector = peer[field];
    if (isObject(selector)) problems.push(...selectorProblems(selector, `${at}.${field}`));
  }
  const block = peer['ipBlock'];
  if (isObject(block)) problems.push(...blockProblems(block, `${at}.ipBlock`));
  if (Object.keys(peer).length === 0) problems.push(required(at, 'must specify a peer'));
  else if (block !== undefined && Object.keys(peer).length > 1)
    problems.push(forbiddenField(at, 'may not specify more than 1 peer'));
  return problems;
}

/** Problems of a NetworkPolicySpec. */
export function networkPolicyProblems(spec: JsonObject): FieldProblem[] {
  const problems = selectorProblems(objectAt(spec, 'podSelector'), 'spec.podSelector');
  const directions = [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const;
  for (const [direction, peers] of directions) {
    for (const [index, rule] of arrayAt(spec, direction).entries()) {
      const at = `spec.${direction}[${index}]`;
      for (const [number, port] of arrayAt(rule, 'ports').entries())
        problems.push(...portProblems(port, `${at}.ports[${number}]`));
      for (const [number, peer] of arrayAt(rule, peers).entries())
        problems.push(...peerProblems(peer, `${at}.${peers}[${number}]`));
    }
  }
  const types = arrayAt(spec, 'policyTypes');
  if (types.length > 2)
    return [
      ...problems,
      invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'),
    ];
  for (const [index, type] of types.entries()) {
    if (type !== 'Ingress' && type !== 'Egress')
      problems.push(unsupported(`spec.policyTypes[${index}]`, String(type), ['Ingress', 'Egress']));
  }
  return problems;
}
