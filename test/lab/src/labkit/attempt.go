package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// attempts of each kind: one exchange, ended by its context. They return what the other side said, if it says anything.
var attempts = map[string]func(ctx context.Context, target string, p probing) (string, error){
	"http": attemptHTTP,
	"tcp": func(ctx context.Context, t string, p probing) (string, error) {
		return "", attemptEcho(ctx, "tcp4", t, p)
	},
	"udp": func(ctx context.Context, t string, p probing) (string, error) {
		return "", attemptEcho(ctx, "udp4", t, p)
	},
	"dns-udp": func(ctx context.Context, t string, p probing) (string, error) {
		return attemptDNS(ctx, "udp", t, p.server)
	},
	"dns-tcp": func(ctx context.Context, t string, p probing) (string, error) {
		return attemptDNS(ctx, "tcp", t, p.server)
	},
}

func attemptHTTP(ctx context.Context, target string, _ probing) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return "", err
	}
	// Each attempt takes a connection of its own: that is what is measured.
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 200))
	return strings.TrimSpace(string(body)), err
}

// attemptDNS resolves by the rules of resolv.conf, search list included, over the protocol that is asked for.
func attemptDNS(ctx context.Context, network, name, server string) (string, error) {
	resolver := &net.Resolver{
		PreferGo:     true,
		StrictErrors: true,
		Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
			if server != "" {
				address = server
			}
			var d net.Dialer
			return d.DialContext(ctx, network, address)
		},
	}
	addresses, err := resolver.LookupNetIP(ctx, "ip4", name)
	return fmt.Sprint(addresses), err
}

// attemptEcho sends size bytes, and waits for as many (TCP), or for one datagram (UDP).
func attemptEcho(ctx context.Context, network, target string, p probing) error {
	var dialer net.Dialer
	if p.df {
		dialer.Control = dontFragment
	}
	conn, err := dialer.DialContext(ctx, network, target)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := conn.Write(make([]byte, p.size)); err != nil {
		return err
	}
	buffer := make([]byte, max(p.size, 65536))
	if network == "udp4" {
		_, err = conn.Read(buffer)
	} else {
		_, err = io.ReadFull(conn, buffer[:p.size])
	}
	return err
}

func dontFragment(_, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE)
	})
	if err != nil {
		return err
	}
	return failed
}
