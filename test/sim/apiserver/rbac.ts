import { ApiError } from './api-error.ts';

/** One rule of a Role or ClusterRole, with the namespaces of its bindings. */
export interface PolicyRule {
  apiGroups: readonly string[];
  /** Plural names, with subresources as `pods/log`; `*` is everything. */
  resources: readonly string[];
  verbs: readonly string[];
  /** Only these names; list, watch and create cannot be limited by name. */
  resourceNames?: readonly string[];
  /** Namespaces of the RoleBindings; absent: a ClusterRoleBinding. */
  namespaces?: readonly string[];
}

export interface AccessRequest {
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  /** '' for cluster-scoped resources and for requests over all namespaces. */
  namespace: string;
  name: string;
}

function includes(list: readonly string[], item: string): boolean {
  return list.includes('*') || list.includes(item);
}

/** Whether a set of rules allows a request. */
export function isAllowed(rules: readonly PolicyRule[], request: AccessRequest): boolean {
  const resource =
    request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  return rules.some((rule) => {
    if (!includes(rule.apiGroups, request.group) || !includes(rule.verbs, request.verb)) return false;
    if (!includes(rule.resources, resource)) return false;
    if (rule.namespaces !== undefined && !rule.namespaces.includes(request.namespace)) return false;
    return rule.resourceNames === undefined || rule.resourceNames.includes(request.name);
  });
}

/** The 403 in kube-apiserver's words. */
export function forbidden(username: string, request: AccessRequest): ApiError {
  const qualified = request.group === '' ? request.resource : `${request.resource}.${request.group}`;
  const resource =
    request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  const scope = request.namespace === '' ? 'at the cluster scope' : `in the namespace "${request.namespace}"`;
  const what = request.name === '' ? qualified : `${qualified} "${request.name}"`;
  const message = `${what} is forbidden: User "${username}" cannot ${request.verb} resource "${resource}" in API group "${request.group}" ${scope}`;
  const details = {
    ...(request.name === '' ? {} : { name: request.name }),
    ...(request.group === '' ? {} : { group: request.group }),
    kind: request.resource,
  };
  return new ApiError(403, 'Forbidden', message, details);
}
