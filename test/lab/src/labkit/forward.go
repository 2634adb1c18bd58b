package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const dialTimeout = 2 * time.Second

// forward accepts connections here, and dials each one's other half inside a network namespace, given as a file
// such as /run/netns/NAME. That file is opened anew each time: the namespace may have been made anew.
// With port 0 any free one is taken; the address is printed as "listening on ADDRESS".
func forward(args []string) error {
	if len(args) != 3 {
		return usageError("forward LISTEN NETNS TARGET")
	}
	listener, err := net.Listen("tcp", args[0])
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())
	for {
		in, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			out, err := dialInside(args[1], args[2])
			if err != nil {
				fmt.Fprintln(os.Stderr, "labkit forward:", err)
				in.Close()
				return
			}
			join(in.(*net.TCPConn), out)
		}()
	}
}

// dialInside opens a connection from inside of a network namespace. A socket stays in the namespace it was opened
// in, so that only this much needs a thread of its own.
func dialInside(namespace, target string) (*net.TCPConn, error) {
	type dialled struct {
		conn net.Conn
		err  error
	}
	result := make(chan dialled, 1)
	go func() {
		// Never unlocked: the thread, which cannot be used for anything else any more, ends with this goroutine.
		runtime.LockOSThread()
		file, err := os.Open(namespace)
		if err != nil {
			result <- dialled{nil, err}
			return
		}
		defer file.Close()
		if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
			result <- dialled{nil, fmt.Errorf("entering %s: %w", namespace, err)}
			return
		}
		// With an address and tcp4 Go dials in the calling goroutine.
		conn, err := net.DialTimeout("tcp4", target, dialTimeout)
		result <- dialled{conn, err}
	}()
	d := <-result
	if d.err != nil {
		return nil, d.err
	}
	return d.conn.(*net.TCPConn), nil
}

// join copies both ways until both sides have ended.
func join(a, b *net.TCPConn) {
	done := make(chan struct{})
	pump := func(to, from *net.TCPConn) {
		_, _ = io.Copy(to, from)
		_ = to.CloseWrite()
		done <- struct{}{}
	}
	go pump(a, b)
	go pump(b, a)
	<-done
	<-done
	a.Close()
	b.Close()
}
