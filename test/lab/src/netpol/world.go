package main

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	netv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// world is what the rules of one node follow from.
type world struct {
	node       string
	pods       []*corev1.Pod
	namespaces map[string]labels.Set
	policies   []*netv1.NetworkPolicy
}

func selects(selector *metav1.LabelSelector, set labels.Set) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(set)
}

// running says whether a pod has an address of its own to filter on.
func running(pod *corev1.Pod) bool {
	return !pod.Spec.HostNetwork && pod.Status.PodIP != "" &&
		pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
}

// concerns says whether a policy isolates pods in a direction; one that names no direction isolates for ingress, and
// for egress if it has rules for it.
func concerns(policy *netv1.NetworkPolicy, direction netv1.PolicyType) bool {
	if len(policy.Spec.PolicyTypes) == 0 {
		return direction == netv1.PolicyTypeIngress || len(policy.Spec.Egress) > 0
	}
	return slices.Contains(policy.Spec.PolicyTypes, direction)
}

// peers is what a rule's from or to comes down to.
type peers struct {
	anybody bool
	pods    []*corev1.Pod
	blocks  []*netv1.IPBlock
}

func (w *world) peers(policyNamespace string, given []netv1.NetworkPolicyPeer) peers {
	if len(given) == 0 {
		return peers{anybody: true}
	}
	var found peers
	seen := map[string]bool{}
	for _, peer := range given {
		if peer.IPBlock != nil {
			found.blocks = append(found.blocks, peer.IPBlock)
			continue
		}
		for _, pod := range w.pods {
			if running(pod) && !seen[pod.Status.PodIP] && w.isPeer(peer, policyNamespace, pod) {
				seen[pod.Status.PodIP] = true
				found.pods = append(found.pods, pod)
			}
		}
	}
	return found
}

func (w *world) isPeer(peer netv1.NetworkPolicyPeer, policyNamespace string, pod *corev1.Pod) bool {
	if peer.NamespaceSelector == nil {
		if pod.Namespace != policyNamespace {
			return false
		}
	} else if !selects(peer.NamespaceSelector, w.namespaces[pod.Namespace]) {
		return false
	}
	return peer.PodSelector == nil || selects(peer.PodSelector, pod.Labels)
}
