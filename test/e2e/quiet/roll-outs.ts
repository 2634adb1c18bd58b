import { rollOut } from '../kubernetes-steps.ts';
import { quietCase } from './quiet-case.ts';

/** Somebody rolls something out. */
export const rollOutCases = [
  quietCase({
    name: 'quiet-agents-rolled',
    about: 'the agents of every node are replaced, on the pod network and on the host network',
    core: true,
    async disturb({ bed: { lab, deployment } }) {
      await rollOut(lab, deployment.namespace, 'daemonset/pathmedic-agent');
      await rollOut(lab, deployment.namespace, 'daemonset/pathmedic-agent-host');
    },
  }),
  quietCase({
    name: 'quiet-coredns-rolled',
    about: 'CoreDNS is rolled out',
    disturb: ({ bed: { lab } }) => rollOut(lab, 'kube-system', 'deployment/coredns'),
  }),
  quietCase({
    name: 'quiet-kube-proxy-rolled',
    about: 'kube-proxy is rolled out',
    disturb: ({ bed: { lab } }) => rollOut(lab, 'kube-system', 'daemonset/kube-proxy'),
  }),
  quietCase({
    name: 'quiet-flannel-rolled',
    about: 'flannel is rolled out',
    disturb: ({ bed: { lab } }) => rollOut(lab, 'kube-flannel', 'daemonset/kube-flannel-ds'),
  }),
  quietCase({
    name: 'quiet-workload-rolled',
    about: 'a workload behind a Service is rolled out',
    disturb: ({ bed: { lab } }) => rollOut(lab, 'app', 'daemonset/echo'),
  }),
];
