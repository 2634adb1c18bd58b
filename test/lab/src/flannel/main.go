// flanneld runs flannel's own packages for the lab: the Kubernetes subnet
// manager, the backends vxlan and host-gw, and the rules for forwarding and
// masquerading. Flags, subnet.env, annotations and health endpoints are those
// of upstream's program of that name, so that manifests written for it work.
//
// Run under the name install-conf (or with that as its first argument) it
// installs a CNI configuration instead.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"k8s.io/klog/v2"
)

type options struct {
	subnetFile    string
	netConfPath   string
	iface         string
	kubeconfig    string
	healthzIP     string
	healthzPort   int
	resyncSeconds int
	ipMasq        bool
	forwardRules  bool
}

func main() {
	switch {
	case filepath.Base(os.Args[0]) == "install-conf":
		exit(installConf(os.Args[1:]))
	case len(os.Args) > 1 && os.Args[1] == "install-conf":
		exit(installConf(os.Args[2:]))
	default:
		exit(daemon(parse(os.Args[1:])))
	}
}

func exit(err error) {
	if err != nil {
		klog.Error(err)
	}
	klog.Flush()
	if err != nil {
		os.Exit(1)
	}
}

func parse(args []string) options {
	var o options
	var kubeSubnetMgr bool
	fs := flag.NewFlagSet("flanneld", flag.ExitOnError)
	klog.InitFlags(fs)
	fs.StringVar(&o.subnetFile, "subnet-file", "/run/flannel/subnet.env", "where subnet, MTU and the like are written to")
	fs.StringVar(&o.netConfPath, "net-config-path", "/etc/kube-flannel/net-conf.json", "the network configuration")
	fs.StringVar(&o.iface, "iface", "", "interface or address for traffic between nodes (default: that of the default route)")
	fs.StringVar(&o.kubeconfig, "kubeconfig-file", "", "kubeconfig (default: the pod's service account)")
	fs.StringVar(&o.healthzIP, "healthz-ip", "0.0.0.0", "address that the health server listens on")
	fs.IntVar(&o.healthzPort, "healthz-port", 0, "port of the health server (0: none)")
	fs.IntVar(&o.resyncSeconds, "iptables-resync", 5, "seconds between two looks at the rules")
	fs.BoolVar(&o.ipMasq, "ip-masq", false, "masquerade what leaves the pod network")
	fs.BoolVar(&o.forwardRules, "iptables-forward-rules", true, "let the pod network through the FORWARD chain")
	fs.BoolVar(&kubeSubnetMgr, "kube-subnet-mgr", true, "take subnets from the nodes' podCIDR; nothing else is built in")
	_ = fs.Parse(args) // exits on an error
	if !kubeSubnetMgr {
		exit(fmt.Errorf("flanneld: only --kube-subnet-mgr is built in"))
	}
	return o
}

// daemon runs until it is told to end, or until the lease is lost.
func daemon(o options) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	klog.Infof("flanneld of the lab: %+v", o)
	return serve(ctx, o)
}
