import type { FieldProblem } from './api-error.ts';
import { forbiddenField, invalidValue, notNegative, required, unsupported } from './field-problem.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isObject, numberAt, objectAt, sameJson, stringAt, valueAt } from './json-value.ts';
import type { LabelSelector } from './label-selector.ts';
import { selects } from './label-selector.ts';
import { annotationProblems, labelProblems, selectorProblems } from './validate-names.ts';
import { podSpecProblems } from './validate-pod-spec.ts';

/** The selector as the label code reads it: it passed the model check, so its shape is right. */
function asSelector(selector: JsonObject): LabelSelector {
  return selector;
}

function stringMap(value: JsonValue | undefined): { [key: string]: string } {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

function templateProblems(spec: JsonObject): FieldProblem[] {
  const template = objectAt(spec, 'template');
  const podSpec = objectAt(template, 'spec');
  const problems: FieldProblem[] = [
    ...labelProblems(valueAt(template, 'metadata', 'labels'), 'spec.template.labels'),
    ...annotationProblems(valueAt(template, 'metadata', 'annotations'), 'spec.template.annotations'),
    ...podSpecProblems(podSpec, 'spec.template.spec'),
  ];
  const restart = stringAt(podSpec, 'restartPolicy');
  if (restart === 'OnFailure' || restart === 'Never')
    problems.push(unsupported('spec.template.spec.restartPolicy', restart, ['Always']));
  return problems;
}

function selectorAndTemplate(kind: 'DaemonSet' | 'other', spec: JsonObject): FieldProblem[] {
  const raw = spec['selector'];
  const selector = objectAt(raw);
  const labels = valueAt(spec, 'template', 'metadata', 'labels');
  const mismatch = invalidValue(
    'spec.template.metadata.labels',
    labels,
    '`selector` does not match template `labels`',
  );
  const empty = Object.keys(selector).length === 0;
  const problems = selectorProblems(selector, 'spec.selector');
  if (kind === 'DaemonSet') {
    if (raw === undefined) problems.push(mismatch);
    else if (!selects(asSelector(selector), stringMap(labels))) problems.push(mismatch);
    if (raw !== undefined && empty)
      problems.push(invalidValue('spec.selector', {}, 'empty selector is invalid for daemonset'));
    return problems;
  }
  if (raw === undefined) problems.push(required('spec.selector'));
  else if (empty)
    problems.push(invalidValue('spec.selector', {}, 'empty selector is invalid for deployment'));
  if (raw === undefined || (!empty && !selects(asSelector(selector), stringMap(labels))))
    problems.push(mismatch);
  return problems;
}

function isZero(value: JsonValue | undefined): boolean {
  return value === 0 || value === '0' || value === '0%';
}

function amountProblems(field: string, value: JsonValue | undefined): FieldProblem[] {
  if (typeof value === 'number') return notNegative(field, value);
  if (typeof value === 'string' && !/^\d+%$/.test(value)) {
    return [
      invalidValue(
        field,
        value,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  }
  return [];
}

export function daemonSetProblems(spec: JsonObject): FieldProblem[] {
  const problems = [...selectorAndTemplate('DaemonSet', spec), ...templateProblems(spec)];
  const strategy = objectAt(spec, 'updateStrategy');
  const type = stringAt(strategy, 'type') ?? '';
  if (type === 'RollingUpdate') {
    const unavailable = valueAt(strategy, 'rollingUpdate', 'maxUnavailable');
    const surge = valueAt(strategy, 'rollingUpdate', 'maxSurge');
    problems.push(...amountProblems('spec.updateStrategy.rollingUpdate.maxUnavailable', unavailable));
    if (isZero(unavailable) && isZero(surge)) {
      problems.push(
        required('spec.updateStrategy.rollingUpdate.maxUnavailable', 'cannot be 0 when maxSurge is 0'),
      );
    }
  } else if (type !== 'OnDelete')
    problems.push(
      unsupported('spec.updateStrategy', JSON.stringify(strategy), ['OnDelete', 'RollingUpdate']),
    );
  problems.push(...notNegative('spec.minReadySeconds', numberAt(spec, 'minReadySeconds')));
  return problems;
}

export function deploymentProblems(spec: JsonObject): FieldProblem[] {
  const problems = [
    ...notNegative('spec.replicas', numberAt(spec, 'replicas')),
    ...selectorAndTemplate('other', spec),
    ...templateProblems(spec),
  ];
  const strategy = objectAt(spec, 'strategy');
  const type = stringAt(strategy, 'type') ?? '';
  if (type === 'RollingUpdate') {
    const unavailable = valueAt(strategy, 'rollingUpdate', 'maxUnavailable');
    const surge = valueAt(strategy, 'rollingUpdate', 'maxSurge');
    problems.push(...amountProblems('spec.strategy.rollingUpdate.maxUnavailable', unavailable));
    problems.push(...amountProblems('spec.strategy.rollingUpdate.maxSurge', surge));
    if (isZero(unavailable) && isZero(surge)) {
      problems.push(
        invalidValue(
          'spec.strategy.rollingUpdate.maxUnavailable',
          unavailable,
          'may not be 0 when `maxSurge` is 0',
        ),
      );
    }
  } else if (type === 'Recreate') {
    if (strategy['rollingUpdate'] !== undefined) {
      problems.push(
        forbiddenField(
          'spec.strategy.rollingUpdate',
          "may not be specified when strategy `type` is 'Recreate'",
        ),
      );
    }
  } else problems.push(unsupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate']));
  return problems;
}

export function replicaSetProblems(spec: JsonObject): FieldProblem[] {
  return [
    ...notNegative('spec.replicas', numberAt(spec, 'replicas')),
    ...selectorAndTemplate('other', spec),
    ...templateProblems(spec),
  ];
}

/** `spec.selector` of a workload never changes. */
export function selectorUpdateProblems(before: JsonObject, after: JsonObject): FieldProblem[] {
  if (sameJson(before['selector'], after['selector'])) return [];
  return [invalidValue('spec.selector', after['selector'], 'field is immutable')];
}
