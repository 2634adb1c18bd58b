package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

// echo serves what probes measure against, until one of its servers fails.
func echo([]string) error {
	host, _ := os.Hostname()
	failed := make(chan error)
	go func() { failed <- echoUDP(":7071") }()
	go func() { failed <- echoTCP(":7070") }()
	go func() {
		failed <- http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s %s\n", host, os.Getenv("NODE_NAME"), r.RemoteAddr)
		}))
	}()
	return <-failed
}

func echoUDP(address string) error {
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	buffer := make([]byte, 65536)
	for {
		// Errors here are about one peer: an answer that was refused.
		if n, from, err := conn.ReadFrom(buffer); err == nil {
			_, _ = conn.WriteTo(buffer[:n], from)
		}
	}
}

func echoTCP(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			_, _ = io.Copy(conn, conn)
		}()
	}
}
