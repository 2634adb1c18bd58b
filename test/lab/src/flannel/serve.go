package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/flannel-io/flannel/pkg/backend"
	_ "github.com/flannel-io/flannel/pkg/backend/hostgw"
	_ "github.com/flannel-io/flannel/pkg/backend/vxlan"
	"github.com/flannel-io/flannel/pkg/ip"
	"github.com/flannel-io/flannel/pkg/ipmatch"
	"github.com/flannel-io/flannel/pkg/subnet"
	"github.com/flannel-io/flannel/pkg/subnet/kube"
	"github.com/flannel-io/flannel/pkg/trafficmngr"
	"github.com/flannel-io/flannel/pkg/trafficmngr/iptables"
	"github.com/flannel-io/flannel/pkg/trafficmngr/nftables"
	"k8s.io/klog/v2"
)

const annotationPrefix = "flannel.alpha.coreos.com"

// serve brings the node into the network and keeps it there until ctx ends.
// Errors begin with upstream's words, capitals and all: people search logs for them.
func serve(ctx context.Context, o options) error {
	var routines sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer func() { cancel(); routines.Wait() }()

	sm, err := kube.NewSubnetManager(ctx, "", o.kubeconfig, annotationPrefix, o.netConfPath, true)
	if err != nil {
		return fmt.Errorf("Failed to create SubnetManager: %w", err)
	}
	health := serveHealth(ctx, o, &routines)
	config, err := sm.GetNetworkConfig(ctx)
	if err != nil {
		return fmt.Errorf("Couldn't fetch network config: %w", err)
	}
	if !config.EnableIPv4 || config.EnableIPv6 {
		return errors.New("flanneld of the lab: IPv4 only")
	}
	klog.Infof("Found network config - Backend type: %s", config.BackendType)
	network, err := register(ctx, sm, config, o.iface, &routines)
	if err != nil {
		return err
	}
	if err := rules(ctx, o, config, network); err != nil {
		return err
	}
	lease := network.Lease()
	if err := sm.HandleSubnetFile(o.subnetFile, config, o.ipMasq, lease.Subnet, lease.IPv6Subnet, network.MTU()); err != nil {
		return fmt.Errorf("Failed to write subnet file: %w", err)
	}
	klog.Infof("Wrote subnet file to %s", o.subnetFile)
	health.ready.Store(true)
	ended := make(chan struct{})
	routines.Go(func() { network.Run(ctx); close(ended) })
	if err := sm.CompleteLease(ctx, lease, &routines); err != nil && ctx.Err() == nil {
		return fmt.Errorf("CompleteLease execute error err: %w", err)
	}
	<-ended
	if ctx.Err() == nil {
		return errors.New("the backend ended by itself")
	}
	return nil
}

// register acquires the node's lease, and makes the device or the routes of the backend.
func register(ctx context.Context, sm subnet.Manager, config *subnet.Config, iface string, routines *sync.WaitGroup) (backend.Network, error) {
	stack, err := ipmatch.GetIPFamily(config.EnableIPv4, config.EnableIPv6)
	if err != nil {
		return nil, err
	}
	publicIP, _ := sm.GetStoredPublicIP(ctx)
	if iface == "" {
		iface = publicIP
	}
	external, err := ipmatch.LookupExtIface(iface, "", "", stack, ipmatch.PublicIPOpts{PublicIP: publicIP})
	if err != nil {
		return nil, fmt.Errorf("Failed to find any valid interface to use: %w", err)
	}
	be, err := backend.NewManager(ctx, sm, external).GetBackend(config.BackendType)
	if err != nil {
		return nil, fmt.Errorf("Error fetching backend: %w", err)
	}
	network, err := be.RegisterNetwork(ctx, routines, config)
	if err != nil {
		return nil, fmt.Errorf("Error registering network: %w", err)
	}
	return network, nil
}

// rules sets up the packet filter that the configuration asks for, and clears the other one's rules.
func rules(ctx context.Context, o options, config *subnet.Config, network backend.Network) error {
	var used, unused trafficmngr.TrafficManager = &iptables.IPTablesManager{}, &nftables.NFTablesManager{}
	if config.EnableNFTables {
		used, unused = unused, used
	} else if _, err := os.Stat("/proc/sys/net/bridge/bridge-nf-call-iptables"); err != nil {
		return fmt.Errorf("Failed to check br_netfilter: %w", err)
	}
	if err := unused.CleanUp(ctx); err != nil {
		return fmt.Errorf("clearing unused rules: %w", err)
	}
	if err := used.Init(ctx); err != nil {
		return err
	}
	if o.ipMasq {
		before := readSubnetFile(o.subnetFile)
		none := ip.IP6Net{}
		err := used.SetupAndEnsureMasqRules(ctx, config.Network, before.subnet, before.network,
			config.IPv6Network, none, none, network.Lease(), o.resyncSeconds, false)
		if err != nil {
			return fmt.Errorf("Failed to setup masq rules, %w", err)
		}
	}
	if o.forwardRules {
		used.SetupAndEnsureForwardRules(ctx, config.Network, config.IPv6Network, o.resyncSeconds)
	}
	return nil
}
