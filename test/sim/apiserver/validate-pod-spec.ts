import type { FieldProblem } from './api-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidValue,
  notNegative,
  portRange,
  required,
  unsupported,
} from './field-problem.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { arrayAt, numberAt, objectAt, sameJson, stringAt } from './json-value.ts';
import { labelProblems, nameFaults, qualifiedNameFaults } from './validate-names.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

function containerPortProblems(port: JsonValue, field: string): FieldProblem[] {
  const number = numberAt(port, 'containerPort') ?? 0;
  const problems =
    number === 0 ? [required(`${field}.containerPort`)] : portRange(`${field}.containerPort`, number);
  const protocol = stringAt(port, 'protocol') ?? 'TCP';
  return PROTOCOLS.includes(protocol)
    ? problems
    : [...problems, unsupported(`${field}.protocol`, protocol, PROTOCOLS)];
}

function nameProblems(name: string, field: string, seen: Set<string>): FieldProblem[] {
  const problems =
    name === '' ? [required(field)] : nameFaults(name, 'label').map((why) => invalidValue(field, name, why));
  if (seen.has(name)) problems.push(duplicate(field, name));
  seen.add(name);
  return problems;
}

function mountProblems(mount: JsonValue, field: string, volumes: ReadonlySet<string>): FieldProblem[] {
  const volume = stringAt(mount, 'name') ?? '';
  if (volume === '') return [required(`${field}.name`)];
  if (volumes.has(volume)) return [];
  return [
    { field: `${field}.name`, type: 'FieldValueInvalid', message: `Not found: ${JSON.stringify(volume)}` },
  ];
}

function containerProblems(
  item: JsonValue,
  at: string,
  seen: Set<string>,
  volumes: ReadonlySet<string>,
): FieldProblem[] {
  const container = objectAt(item);
  const problems = nameProblems(stringAt(container, 'name') ?? '', `${at}.name`, seen);
  const image = stringAt(container, 'image') ?? '';
  if (image === '') problems.push(required(`${at}.image`));
  else if (image.trim() !== image) {
    problems.push(invalidValue(`${at}.image`, image, 'must not have leading or trailing whitespace'));
  }
  arrayAt(container, 'ports').forEach((port, index) =>
    problems.push(...containerPortProblems(port, `${at}.ports[${index}]`)),
  );
  arrayAt(container, 'env').forEach((env, index) => {
    if ((stringAt(env, 'name') ?? '') === '') problems.push(required(`${at}.env[${index}].name`));
  });
  arrayAt(container, 'volumeMounts').forEach((mount, index) =>
    problems.push(...mountProblems(mount, `${at}.volumeMounts[${index}]`, volumes)),
  );
  return problems;
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function tolerationProblems(item: JsonValue, at: string): FieldProblem[] {
  const toleration = objectAt(item);
  const problems: FieldProblem[] = [];
  const key = stringAt(toleration, 'key') ?? '';
  const operator = stringAt(toleration, 'operator') ?? '';
  const effect = stringAt(toleration, 'effect') ?? '';
  if (key !== '')
    problems.push(...qualifiedNameFaults(key).map((why) => invalidValue(`${at}.key`, key, why)));
  else if (operator !== 'Exists') {
    problems.push(
      invalidValue(
        `${at}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute') {
    problems.push(
      invalidValue(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  }
  if (operator === 'Exists' && (stringAt(toleration, 'value') ?? '') !== '') {
    problems.push(
      invalidValue(`${at}.operator`, toleration['value'], "value must be empty when `operator` is 'Exists'"),
    );
  }
  if (!['', 'Exists', 'Equal'].includes(operator))
    problems.push(unsupported(`${at}.operator`, operator, ['Equal', 'Exists']));
  if (effect !== '' && !EFFECTS.includes(effect)) problems.push(unsupported(`${at}.effect`, effect, EFFECTS));
  return problems;
}

/** Problems of a PodSpec, in a pod (`spec`) or in a template (`spec.template.spec`). */
export function podSpecProblems(spec: JsonObject, at: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const volumes = new Set(arrayAt(spec, 'volumes').map((volume) => stringAt(volume, 'name') ?? ''));
  const seen = new Set<string>();
  const containers = arrayAt(spec, 'containers');
  if (containers.length === 0) problems.push(required(`${at}.containers`));
  for (const list of ['containers', 'initContainers']) {
    for (const [index, item] of arrayAt(spec, list).entries())
      problems.push(...containerProblems(item, `${at}.${list}[${index}]`, seen, volumes));
  }
  const restart = stringAt(spec, 'restartPolicy') ?? '';
  if (!['Always', 'OnFailure', 'Never'].includes(restart))
    problems.push(unsupported(`${at}.restartPolicy`, restart, ['Always', 'OnFailure', 'Never']));
  const dns = stringAt(spec, 'dnsPolicy') ?? '';
  const policies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
  if (!policies.includes(dns)) problems.push(unsupported(`${at}.dnsPolicy`, dns, policies));
  problems.push(
    ...notNegative(`${at}.terminationGracePeriodSeconds`, numberAt(spec, 'terminationGracePeriodSeconds')),
  );
  problems.push(...labelProblems(spec['nodeSelector'], `${at}.nodeSelector`));
  for (const [index, item] of arrayAt(spec, 'tolerations').entries())
    problems.push(...tolerationProblems(item, `${at}.tolerations[${index}]`));
  return problems;
}

function withoutMutable(spec: JsonObject): JsonObject {
  const stripImages = (list: JsonValue[]): JsonValue[] =>
    list.map((item) => ({ ...objectAt(item), image: '' }));
  const { tolerations: _, activeDeadlineSeconds: __, ...rest } = spec;
  return {
    ...rest,
    containers: stripImages(arrayAt(spec, 'containers')),
    initContainers: stripImages(arrayAt(spec, 'initContainers')),
  };
}

/** A pod's spec is immutable but for images, an active deadline and added tolerations. */
export function podUpdateProblems(before: JsonObject, after: JsonObject): FieldProblem[] {
  const kept = arrayAt(before, 'tolerations').every((old) =>
    arrayAt(after, 'tolerations').some((item) => sameJson(item, old)),
  );
  const problems = kept
    ? []
    : [
        forbiddenField(
          'spec.tolerations',
          'existing toleration can not be modified except its tolerationSeconds',
        ),
      ];
  if (sameJson(withoutMutable(before), withoutMutable(after))) return problems;
  const why =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
    '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return [...problems, forbiddenField('spec', why)];
}
