/** On every Lease that claims are made of. */
export const claimLabels = { 'app.kubernetes.io/name': 'pathmedic' } as const;

/** Before the hash in the names of the Leases by which plans are claimed; no other Lease's name begins so. */
export function planClaimPrefix(prefix = 'pathmedic'): string {
  return `${prefix}-plan-`;
}
