import type { JsonObject } from './json-value.ts';

export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

/** One entry of `metadata.managedFields`. */
export type ManagedFieldsEntry = {
  manager: string;
  operation: 'Update' | 'Apply';
  apiVersion: string;
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  subresource?: string;
};

/** metadata as it is stored: a type alias, so that it stays a JSON object. */
export type ObjectMeta = {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
};

/** Any object as the API server stores it: checked against its OpenAPI model, defaulted, validated. */
export type ApiObject = { apiVersion: string; kind: string; metadata: ObjectMeta };

/** The object seen as plain JSON: every ApiObject is one by construction (it was parsed from JSON). */
export function asJson(object: ApiObject): JsonObject {
  return object;
}

/** The reverse, for JSON that has passed the model check of its kind. */
export function asApiObject(json: JsonObject): ApiObject {
  return json as unknown as ApiObject;
}
