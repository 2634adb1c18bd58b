import type { Situation } from '../facts/cluster-facts.ts';
import { clip } from './evidence.ts';
import { cniLogWishes, cniTrouble } from './cni-trouble.ts';
import { matchSignatures } from './match-signatures.ts';
import { nothingTold } from './nothing-told.ts';
import type { Judgement, Remedy, Runbook } from './runbook.ts';
import { check, type Weighed, weighedCause } from './weigh.ts';

const ID = 'cni-rbac-or-cert-expired';
const TITLE = 'Rights and certificates of the CNI';

/** What the API server said that it refuses, taken from its own words. */
interface Refused {
  namespace: string;
  account: string;
  verb: string;
  resource: string;
}

const FORBIDDEN =
  /User "system:serviceaccount:([a-z0-9.-]{1,63}):([a-z0-9.-]{1,253})" cannot ([a-z]{1,20}) resource "([a-z0-9.-]{1,80})"(?: in API group "([a-z0-9.-]{0,80})")?/;

/** Null for messages of another form. */
function refusedIn(text: string): Refused | null {
  const match = FORBIDDEN.exec(text);
  if (match === null) return null;
  const [, namespace = '', account = '', verb = '', resource = '', group = ''] = match;
  return { namespace, account, verb, resource: group === '' ? resource : `${resource}.${group}` };
}

type Kind = { type: 'forbidden'; refused: Refused } | { type: 'certificate' } | { type: 'unauthorized' };

function kindOf(told: readonly Weighed[]): Kind {
  const texts = told.map(({ evidence: { text } }) => text);
  for (const text of texts) {
    const refused = refusedIn(text);
    if (refused !== null) return { type: 'forbidden', refused };
  }
  return texts.some((text) => /x509|certificate|tls:/i.test(text))
    ? { type: 'certificate' }
    : { type: 'unauthorized' };
}

function meaningOf(kind: Kind): string {
  switch (kind.type) {
    case 'forbidden': {
      const { namespace, account, verb, resource } = kind.refused;
      return `The service account ${namespace}/${account} of the CNI may not ${verb} ${resource}: its role or its binding is missing or too narrow`;
    }
    case 'certificate':
      return 'A certificate that the CNI uses or meets is not accepted (expired, or of another authority)';
    case 'unauthorized':
      return 'The credentials of the CNI are not accepted';
  }
}

function judge(situation: Situation): Judgement {
  const told = matchSignatures(situation).get(ID) ?? [];
  const [first] = told;
  if (first === undefined) return nothingTold(situation, ID, TITLE);
  const meaning = meaningOf(kindOf(told));
  const cause = weighedCause({
    id: ID,
    component: 'Credentials of the CNI',
    summary: `${meaning}.`,
    pro: [...told, ...cniTrouble(situation).weighed],
    contra: [],
  });
  return {
    cause,
    checks: [check(ID, TITLE, 'found', first.evidence.text)],
    unknown: ['roles, bindings and certificates: they are not read'],
  };
}

function optionsFor(kind: Kind): string[] {
  const back =
    'Agents that wait after crashes try again within 5 min by themselves. Do not restart those that still run: without rights they would not come up again, and their nodes would lose the pod network.';
  switch (kind.type) {
    case 'forbidden': {
      const { namespace, account, verb, resource } = kind.refused;
      const as = `--as=system:serviceaccount:${namespace}:${account}`;
      return [
        `Does it still lack the right? kubectl auth can-i ${verb} ${resource} ${as}; all it may: kubectl auth can-i --list ${as}`,
        `Which roles are bound to it: kubectl get clusterrolebindings,rolebindings -A -o wide | grep -w ${account}`,
        `Put role and binding back from the manifests of the CNI version that runs (the ClusterRole and ClusterRoleBinding of ${account} only). It takes effect at once; nothing restarts.`,
        back,
      ];
    }
    case 'certificate':
      return [
        'Which one: on a control-plane node, kubeadm certs check-expiration; on a worker, openssl x509 -noout -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem; for etcd or Typha, the Secrets that the CNI mounts.',
        'Renew it where it is issued (kubeadm certs renew, cert-manager, the CNI’s own operator); then restart what loads it at start only, control plane first.',
        'Clocks: a node whose time is wrong refuses good certificates: timedatectl on the nodes concerned.',
        back,
      ];
    case 'unauthorized':
      return [
        'Tokens: kubectl -n kube-system get pods -l component=kube-apiserver -o yaml | grep service-account (were the signing keys changed?); kubectl get --raw /openid/v1/jwks',
        'A CNI that keeps a kubeconfig of its own on the node (/etc/cni/net.d/*kubeconfig) needs it written anew: its agent does that when it starts; delete one agent pod first and see.',
        back,
      ];
  }
}

function remedy(situation: Situation): Remedy | null {
  const told = matchSignatures(situation).get(ID) ?? [];
  const [first] = told;
  if (first === undefined) return null;
  const kind = kindOf(told);
  return {
    type: 'escalate',
    escalation: {
      cause: ID,
      title: clip(
        kind.type === 'forbidden'
          ? 'The CNI lacks rights that it needs'
          : 'The CNI’s credentials are not accepted',
        200,
      ),
      why: clip(`${meaningOf(kind)}. It says: ${first.evidence.text}`, 800),
      options: optionsFor(kind).map((option) => clip(option, 400)),
    },
  };
}

/** C1: the API server (or the CNI's datastore) knows the CNI and refuses it. Rights are never changed from here. */
export const cniRights: Runbook = {
  id: ID,
  needs: ['events', 'logs', 'pods', 'daemonSets'],
  wantsLogs: cniLogWishes,
  judge,
  remedy,
};
