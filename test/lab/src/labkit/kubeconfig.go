package main

import (
	"encoding/json"
	"os"
)

type object = map[string]any

// kubeconfig for the certificate of that name, and an API server's URL. JSON, which is YAML as well.
func (s store) kubeconfig(name, server string) ([]byte, error) {
	ca, err := s.load("ca")
	if err != nil {
		return nil, err
	}
	user, err := s.load(name)
	if err != nil {
		return nil, err
	}
	content, err := json.MarshalIndent(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": "lab",
		"clusters": []object{{
			"name":    "lab",
			"cluster": object{"server": server, "certificate-authority-data": ca.certPEM},
		}},
		"users": []object{{
			"name": name,
			"user": object{"client-certificate-data": user.certPEM, "client-key-data": user.keyPEM},
		}},
		"contexts": []object{{"name": "lab", "context": object{"cluster": "lab", "user": name}}},
	}, "", "  ")
	return append(content, '\n'), err
}

func (s store) writeKubeconfig(name, server string) error {
	content, err := s.kubeconfig(name, server)
	if err != nil {
		return err
	}
	return s.write(name+".kubeconfig", content)
}

func printKubeconfig(args []string) error {
	if len(args) != 3 {
		return usageError("kubeconfig DIR NAME SERVER")
	}
	content, err := store(args[0]).kubeconfig(args[1], args[2])
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(content)
	return err
}
