package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Exit status of a probe that was made, and of which nothing came back. Other than 1, so that it cannot be taken
// for a probe that was not made, or for a kubectl exec that failed.
const nothingCameBack = exitError(3)

// How many different errors a result names.
const maxErrors = 4

type result struct {
	Kind   string `json:"kind"`
	Target string `json:"target"`
	// "all", "some" or "none" of the attempts were answered.
	Answered string   `json:"answered"`
	Sent     int      `json:"sent"`
	OK       int      `json:"ok"`
	P50      float64  `json:"p50_ms"`
	Max      float64  `json:"max_ms"`
	Says     string   `json:"says,omitempty"`
	Errors   []string `json:"errors,omitempty"`
}

type probing struct {
	size     int
	df       bool
	timeout  time.Duration
	interval time.Duration
	deadline time.Duration
	server   string
	attempts int
}

const probeUsage = "probe tcp|udp|http|dns-udp|dns-tcp TARGET [-n N] [-size B] [-df] [-timeout D] [-interval D] " +
	"[-deadline D] [-server IP:PORT]"

// probe measures one target. It gives up after -deadline, whatever -n says; attempts not made are not counted.
func probe(args []string) error {
	if len(args) < 2 {
		return usageError(probeUsage)
	}
	kind, target := args[0], args[1]
	attempt, known := attempts[kind]
	if !known {
		return usageError(probeUsage)
	}
	var p probing
	fs := flag.NewFlagSet("probe", flag.ExitOnError)
	fs.IntVar(&p.attempts, "n", 3, "attempts")
	fs.IntVar(&p.size, "size", 64, "payload bytes (tcp, udp)")
	fs.BoolVar(&p.df, "df", false, "set the don't-fragment bit and ignore path MTU discovery (udp)")
	fs.DurationVar(&p.timeout, "timeout", time.Second, "per attempt")
	fs.DurationVar(&p.interval, "interval", 0, "pause between attempts")
	fs.DurationVar(&p.deadline, "deadline", 2*time.Minute, "for all attempts together")
	fs.StringVar(&p.server, "server", "", "DNS server IP:PORT (default: resolv.conf)")
	_ = fs.Parse(args[2:]) // exits on an error
	if kind == "http" && !strings.Contains(target, "://") {
		target = "http://" + target
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.deadline)
	defer cancel()
	r := measure(ctx, p, func(ctx context.Context) (string, error) { return attempt(ctx, target, p) })
	r.Kind, r.Target = kind, target
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	if r.Answered == "none" {
		return nothingCameBack
	}
	return nil
}

func measure(ctx context.Context, p probing, attempt func(context.Context) (string, error)) result {
	var r result
	var times []float64
	for r.Sent < p.attempts && ctx.Err() == nil {
		if r.Sent > 0 {
			select {
			case <-ctx.Done():
				continue
			case <-time.After(p.interval):
			}
		}
		start := time.Now()
		once, cancel := context.WithTimeout(ctx, p.timeout)
		says, err := attempt(once)
		cancel()
		r.Sent++
		if err != nil {
			if text := err.Error(); !slices.Contains(r.Errors, text) && len(r.Errors) < maxErrors {
				r.Errors = append(r.Errors, text)
			}
			continue
		}
		r.OK++
		r.Says = says
		times = append(times, float64(time.Since(start).Microseconds())/1000)
	}
	if len(times) > 0 {
		slices.Sort(times)
		r.P50, r.Max = times[len(times)/2], times[len(times)-1]
	}
	switch r.OK {
	case 0:
		r.Answered = "none"
	case r.Sent:
		r.Answered = "all"
	default:
		r.Answered = "some"
	}
	return r
}
