package main

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	netv1 "k8s.io/api/networking/v1"
)

// Works whether the table is there or not.
const noTable = "table inet netpol {}\ndelete table inet netpol\n"

// table renders the whole table, the same one for the same world: a chain for each isolated pod of the node and
// direction, which drops what no rule lets through.
func (w *world) table() string {
	pods := slices.SortedFunc(slices.Values(w.pods), func(a, b *corev1.Pod) int { return strings.Compare(string(a.UID), string(b.UID)) })
	var chains, forward, input strings.Builder
	for _, pod := range pods {
		if pod.Spec.NodeName != w.node || !running(pod) {
			continue
		}
		id := strings.ReplaceAll(string(pod.UID), "-", "_")
		if rules, isolated := w.podRules(pod, netv1.PolicyTypeEgress); isolated {
			writeChain(&chains, "eg_"+id, pod, rules)
			jump := fmt.Sprintf("    ip saddr %s jump eg_%s\n", pod.Status.PodIP, id)
			forward.WriteString(jump)
			// To the node itself, its host-network pods included.
			input.WriteString(jump)
		}
		if rules, isolated := w.podRules(pod, netv1.PolicyTypeIngress); isolated {
			writeChain(&chains, "in_"+id, pod, rules)
			fmt.Fprintf(&forward, "    ip daddr %s jump in_%s\n", pod.Status.PodIP, id)
		}
	}
	return fmt.Sprintf(`%stable inet netpol {
%s  chain forward {
    type filter hook forward priority -5; policy accept;
    ct state established,related accept
%s  }
  chain input {
    type filter hook input priority -5; policy accept;
    ct state established,related accept
%s  }
}
`, noTable, chains.String(), forward.String(), input.String())
}

func writeChain(out *strings.Builder, name string, pod *corev1.Pod, rules []string) {
	fmt.Fprintf(out, "  chain %s { # %s/%s\n", name, pod.Namespace, pod.Name)
	for _, rule := range rules {
		fmt.Fprintf(out, "    %s\n", rule)
	}
	out.WriteString("    counter drop\n  }\n")
}

// podRules says what policies let through to or from a pod, and whether there are any that isolate it.
func (w *world) podRules(pod *corev1.Pod, direction netv1.PolicyType) (rules []string, isolated bool) {
	policies := slices.SortedFunc(slices.Values(w.policies), func(a, b *netv1.NetworkPolicy) int {
		return strings.Compare(string(a.UID), string(b.UID))
	})
	for _, policy := range policies {
		if policy.Namespace != pod.Namespace || !concerns(policy, direction) || !selects(&policy.Spec.PodSelector, pod.Labels) {
			continue
		}
		isolated = true
		if direction == netv1.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				rules = append(rules, w.rules(direction, policy.Namespace, pod, rule.From, rule.Ports)...)
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				rules = append(rules, w.rules(direction, policy.Namespace, pod, rule.To, rule.Ports)...)
			}
		}
	}
	return rules, isolated
}
