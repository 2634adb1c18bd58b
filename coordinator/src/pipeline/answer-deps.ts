import type { Cluster } from '../ports/cluster.ts';
import type { ProposeDeps } from './propose.ts';

/** What it takes to answer a person who asks for a look at the cluster, or for a plan. */
export interface AnswerDeps extends ProposeDeps {
  cluster: Pick<Cluster, 'facts' | 'logs' | 'read'>;
}
