/** Field manager of a plan's writes: how an unknown outcome is recognised on the object later. At most 128 characters. */
export function fieldManagerOf(planId: string): string {
  return `pathmedic-${planId}`.slice(0, 128);
}
