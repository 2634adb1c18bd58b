package main

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// reap starts argv, if there is one, and then waits for children until it is told to end. As PID 1 it gets every
// orphan of its namespace; when it ends, the kernel kills what is left there.
func reap(argv []string) error {
	signals := make(chan os.Signal, 64)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGTERM, syscall.SIGINT)
	if len(argv) > 0 {
		child := exec.Command(argv[0], argv[1:]...)
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			return err
		}
	}
	for s := range signals {
		if s != syscall.SIGCHLD {
			return nil
		}
		// One signal may stand for several children.
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
	}
	return nil
}
