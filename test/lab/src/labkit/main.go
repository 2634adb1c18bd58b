// labkit holds the lab's own small programs:
//
//	pause                           a pod sandbox's process
//	init COMMAND ARGS...            PID 1 of a node: runs the command and reaps orphans; SIGTERM ends it, and the node with it
//	pki DIR NODE=IP...              CA, certificates and kubeconfigs; the first node is the control plane
//	kubeconfig DIR NAME SERVER      prints a kubeconfig for a certificate of DIR
//	image ARCHIVE SPEC.json         writes images as an OCI archive, from folders
//	forward LISTEN NETNS TARGET     TCP forward: listens here, dials from inside a network namespace
//	echo                            HTTP on 8080, TCP echo on 7070, UDP echo on 7071
//	probe KIND TARGET [FLAGS]       one measurement, printed as one line of JSON
//
// Exit status: 0, 1 for an error, 2 for a wrong call; probe has one more.
package main

import (
	"errors"
	"fmt"
	"os"
)

// exitError ends the program with a status of its own, and with nothing more to say.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// usageError is a wrong call; it holds the right one.
type usageError string

func (e usageError) Error() string { return "usage: labkit " + string(e) }

var commands = map[string]func(args []string) error{
	"pause":      func([]string) error { return reap(nil) },
	"init":       reap,
	"pki":        pki,
	"kubeconfig": printKubeconfig,
	"image":      image,
	"forward":    forward,
	"echo":       echo,
	"probe":      probe,
}

func run(args []string) error {
	if len(args) == 0 || commands[args[0]] == nil {
		return usageError("pause|init|pki|kubeconfig|image|forward|echo|probe ...")
	}
	return commands[args[0]](args[1:])
}

func main() {
	err := run(os.Args[1:])
	if err == nil {
		return
	}
	if status, ok := errors.AsType[exitError](err); ok {
		os.Exit(int(status))
	}
	fmt.Fprintln(os.Stderr, "labkit:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		os.Exit(2)
	}
	os.Exit(1)
}
