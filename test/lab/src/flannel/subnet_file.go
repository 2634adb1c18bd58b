package main

import (
	"net"
	"os"
	"strings"

	"github.com/flannel-io/flannel/pkg/ip"
)

// previous is what the last run wrote; empty networks where it wrote none.
// Rules made for another network are replaced by it.
type previous struct {
	network ip.IP4Net
	subnet  ip.IP4Net
}

func readSubnetFile(path string) previous {
	var p previous
	content, err := os.ReadFile(path)
	if err != nil {
		return p
	}
	for line := range strings.Lines(string(content)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		_, cidr, err := net.ParseCIDR(value)
		if err != nil || cidr.IP.To4() == nil {
			continue
		}
		switch key {
		case "FLANNEL_NETWORK":
			p.network = ip.FromIPNet(cidr)
		case "FLANNEL_SUBNET":
			p.subnet = ip.FromIPNet(cidr)
		}
	}
	return p
}
