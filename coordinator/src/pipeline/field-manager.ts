const prefix = 'pathmedic-';

/** Field manager of a plan's writes: how an unknown outcome is recognised on the object later. At most 128 characters. */
export function fieldManagerOf(planId: string): string {
  return `${prefix}${planId}`.slice(0, 128);
}

/** Whether a field manager is a plan's. */
export function isPlanManager(manager: string): boolean {
  return manager.startsWith(prefix);
}
