import { maxNodes } from '../lab-names.ts';

export const helpText = `A real Kubernetes of several nodes on this machine, to break: etcd, kube-apiserver, kubelets on containerd, kube-proxy,
flannel, CoreDNS, NetworkPolicy, in network namespaces. No Docker, no virtual machines, no way out.

  npm run lab -- up [--nodes N] [--network vxlan|routed]   bring it up (3 nodes, at most ${maxNodes}); again: repair it, add nodes
  npm run lab -- down                                      end everything and remove what it left
  npm run lab -- status [--json]                           what runs on which node
  npm run lab -- kubectl ARGS...                           kubectl as the cluster's administrator
  npm run lab -- on NODE COMMAND...                        a command inside a node: on node2 ip route
  npm run lab -- prove [--json]                            try every path of the healthy cluster
  npm run lab -- prove --faults [NAME...] [--node X] [--peer Y] [--json]
                                                           healthy, break, faulty, heal, healthy: of each fault
  npm run lab -- faults [--json]                           what can be broken
  npm run lab -- fault NAME [--node X] [--peer Y]          break it (node2, node3)
  npm run lab -- measure NAME [--node X] [--peer Y]        whether it shows
  npm run lab -- heal NAME [--node X] [--peer Y]           undo it
  npm run lab -- deploy [--mode advise|remediate] [--json] install pathmedic and a Slack stand-in from this checkout
  npm run lab -- undeploy                                  remove them

  --name NAME   which lab (default: lab, or PATHMEDIC_LAB_NAME); labs of different names do not touch each other.
                With kubectl and on it comes first: kubectl --name b get pods
Folder of the labs: PATHMEDIC_LAB_STATE (/var/tmp/pathmedic-lab). Needs Linux and root; Go to build it once.
Exit codes: 0 done, 1 it failed (status: not up; prove: a path does not work;
measure: the fault shows), 2 wrong options,
3 this machine cannot run a lab, 4 not measured, 130 interrupted; kubectl and on: the command's own.
`;
