import type { CauseId } from '@pathmedic/coordinator/domain/cause.ts';

/** Causes that no fault of the lab makes, and why it cannot. */
export const impossibleCauses: Readonly<Partial<Record<CauseId, string>>> = {
  'bgp-peer-down': 'flannel speaks no BGP: there is no session that could be down',
};
