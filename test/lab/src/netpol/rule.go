package main

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	netv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// rules renders what one ingress or egress rule lets through, as nft statements that return from the pod's chain.
// A named port is one of the pod that listens: for ingress the pod itself, for egress the peer.
func (w *world) rules(
	direction netv1.PolicyType, namespace string, self *corev1.Pod, given []netv1.NetworkPolicyPeer, ports []netv1.NetworkPolicyPort,
) []string {
	var out []string
	emit := func(address string, listener *corev1.Pod) {
		if direction == netv1.PolicyTypeIngress {
			listener = self
		}
		if len(ports) == 0 {
			out = append(out, address+"return")
		}
		for _, port := range ports {
			if match, ok := portMatch(port, listener); ok {
				out = append(out, address+match+" return")
			}
		}
	}
	key := "ip saddr "
	if direction == netv1.PolicyTypeEgress {
		key = "ip daddr "
	}
	found := w.peers(namespace, given)
	if found.anybody {
		emit("", nil)
		return out
	}
	if direction == netv1.PolicyTypeEgress && slices.ContainsFunc(ports, isNamed) {
		for _, pod := range found.pods {
			emit(key+pod.Status.PodIP+" ", pod)
		}
	} else if len(found.pods) > 0 {
		emit(key+addressSet(found.pods)+" ", nil)
	}
	for _, block := range found.blocks {
		if strings.Contains(block.CIDR, ":") {
			continue
		}
		address := key + block.CIDR + " "
		if len(block.Except) > 0 {
			address += key + "!= { " + strings.Join(block.Except, ", ") + " } "
		}
		emit(address, nil)
	}
	return out
}

func addressSet(pods []*corev1.Pod) string {
	addresses := make([]string, 0, len(pods))
	for _, pod := range pods {
		addresses = append(addresses, pod.Status.PodIP)
	}
	slices.Sort(addresses)
	return "{ " + strings.Join(addresses, ", ") + " }"
}

func isNamed(port netv1.NetworkPolicyPort) bool {
	return port.Port != nil && port.Port.Type == intstr.String
}

// portMatch renders one port entry; false for a named port that the listener does not have.
func portMatch(port netv1.NetworkPolicyPort, listener *corev1.Pod) (string, bool) {
	protocol := corev1.ProtocolTCP
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	l4 := strings.ToLower(string(protocol))
	switch {
	case port.Port == nil:
		return "meta l4proto " + l4, true
	case isNamed(port):
		number := namedPort(listener, port.Port.StrVal, protocol)
		return fmt.Sprintf("%s dport %d", l4, number), number != 0
	case port.EndPort != nil:
		return fmt.Sprintf("%s dport %d-%d", l4, port.Port.IntVal, *port.EndPort), true
	default:
		return fmt.Sprintf("%s dport %d", l4, port.Port.IntVal), true
	}
}

// namedPort is 0 where the pod has no port of that name and protocol, or where there is no pod.
func namedPort(pod *corev1.Pod, name string, protocol corev1.Protocol) int32 {
	if pod == nil {
		return 0
	}
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			if port.Name == name && (port.Protocol == protocol || port.Protocol == "" && protocol == corev1.ProtocolTCP) {
				return port.ContainerPort
			}
		}
	}
	return 0
}
