package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/klog/v2"
)

type health struct {
	// subnet.env is written and the rules are in place.
	ready atomic.Bool
}

// serveHealth answers /healthz and /readyz until ctx ends. A port that is taken ends the program.
func serveHealth(ctx context.Context, o options, routines *sync.WaitGroup) *health {
	h := &health{}
	if o.healthzPort == 0 {
		return h
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !h.ready.Load() {
			http.Error(w, "not ready yet", http.StatusServiceUnavailable)
		}
	})
	server := &http.Server{Addr: net.JoinHostPort(o.healthzIP, strconv.Itoa(o.healthzPort)), Handler: mux}
	routines.Go(func() {
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			klog.Errorf("Start healthz server error. %v", err)
			klog.Flush()
			os.Exit(1)
		}
	})
	routines.Go(func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
	})
	return h
}
