// netpol enforces networking.k8s.io/v1 NetworkPolicy for the pods of one node.
//
// It watches pods, namespaces and policies, computes the whole rule set and
// replaces one nftables table (inet netpol) at once, by `nft -f -`.
// Ingress is enforced on the destination's node, egress on the source's node.
// Connections already established are let through (as most CNI policy engines
// do), and so is traffic from a node to its own pods (the kubelet's probes).
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const (
	healthAddress = "127.0.0.1:20244"
	// Changes come in bursts: one pod gives several.
	settle = 100 * time.Millisecond
	// A table that somebody else changed is not noticed before.
	resync = 30 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := enforce(ctx, os.Getenv("NODE_NAME")); err != nil {
		log.Fatal(err)
	}
}

// enforce keeps the table up to date until ctx ends, and then removes it.
func enforce(ctx context.Context, node string) error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()
	changed := make(chan struct{}, 1)
	notice := func(any) {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: notice, DeleteFunc: notice, UpdateFunc: func(_, after any) { notice(after) },
	}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	var ready atomic.Bool
	go serveHealth(&ready)
	factory.WaitForCacheSync(ctx.Done())

	applied := ""
	for {
		w := world{node: node, namespaces: map[string]labels.Set{}}
		// Listers of a cache fail for no selector.
		w.pods, _ = pods.Lister().List(labels.Everything())
		w.policies, _ = policies.Lister().List(labels.Everything())
		all, _ := namespaces.Lister().List(labels.Everything())
		for _, namespace := range all {
			w.namespaces[namespace.Name] = namespace.Labels
		}
		if table := w.table(); table != applied {
			if err := nft(table); err != nil {
				log.Printf("%v\n%s", err, table)
			} else {
				applied = table
				ready.Store(true)
				log.Printf("applied: %d policies, %d chains", len(w.policies), strings.Count(table, "counter drop"))
			}
		}
		select {
		case <-ctx.Done():
			return nft(noTable)
		case <-changed:
			time.Sleep(settle)
		case <-time.After(resync):
		}
	}
}

func serveHealth(ready *atomic.Bool) {
	log.Print(http.ListenAndServe(healthAddress, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})))
}

func nft(script string) error {
	command := exec.Command("nft", "-f", "-")
	command.Stdin = strings.NewReader(script)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %v: %s", err, out)
	}
	return nil
}
