package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// installConf puts a CNI configuration in place at once: the container
// runtime watches the folder, and must never read half a file.
func installConf(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: install-conf SOURCE DESTINATION")
	}
	content, err := os.ReadFile(args[0])
	if err != nil {
		return fmt.Errorf("install-conf: %w", err)
	}
	temporary := filepath.Join(filepath.Dir(args[1]), "."+filepath.Base(args[1])+".new")
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return fmt.Errorf("install-conf: %w", err)
	}
	if err := os.Rename(temporary, args[1]); err != nil {
		return fmt.Errorf("install-conf: %w", err)
	}
	return nil
}
