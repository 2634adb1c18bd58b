package main

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
)

// pki makes what is missing in a folder: NAME.crt and NAME.key for the CA and for every program, sa.pub, and
// NAME.kubeconfig for the API server's clients. What is there is kept, so that a node can be added later.
// The service network's first address, by which pods know the API server, is taken from SERVICE_FIRST_IP.
func pki(args []string) error {
	if len(args) < 2 {
		return usageError("pki DIR NODE=IP...   (the first node is the control plane)")
	}
	store := store(args[0])
	nodes := make([][2]string, 0, len(args)-1)
	for _, arg := range args[1:] {
		name, ip, found := strings.Cut(arg, "=")
		if !found {
			return usageError("pki DIR NODE=IP...")
		}
		nodes = append(nodes, [2]string{name, ip})
	}
	if err := os.MkdirAll(string(store), 0o700); err != nil {
		return err
	}
	ca, err := store.ensure(nil, "ca", subject{name: "lab-ca"})
	if err != nil {
		return err
	}
	controlIP := nodes[0][1]
	for file, s := range controlPlane(controlIP) {
		if _, err := store.ensure(ca, file, s); err != nil {
			return err
		}
	}
	if err := store.serviceAccountKey(ca); err != nil {
		return err
	}
	for _, node := range nodes {
		s := subject{name: "system:node:" + node[0], group: "system:nodes", hosts: []string{node[0], node[1], "127.0.0.1"}}
		if _, err := store.ensure(ca, "kubelet-"+node[0], s); err != nil {
			return err
		}
		if err := store.writeKubeconfig("kubelet-"+node[0], "https://"+controlIP+":6443"); err != nil {
			return err
		}
	}
	for _, name := range []string{"admin", "controller-manager", "scheduler"} {
		if err := store.writeKubeconfig(name, "https://"+controlIP+":6443"); err != nil {
			return err
		}
	}
	return nil
}

// controlPlane lists who needs a certificate, by file name.
func controlPlane(ip string) map[string]subject {
	hosts := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local", "localhost", "127.0.0.1", ip}
	if first := os.Getenv("SERVICE_FIRST_IP"); first != "" {
		hosts = append(hosts, first)
	}
	return map[string]subject{
		"apiserver":                {name: "kube-apiserver", hosts: hosts},
		"apiserver-kubelet-client": {name: "apiserver-kubelet-client", group: "system:masters"},
		"etcd":                     {name: "etcd", hosts: []string{"localhost", "127.0.0.1"}},
		"front-proxy-client":       {name: "front-proxy-client"},
		"admin":                    {name: "lab-admin", group: "system:masters"},
		"controller-manager":       {name: "system:kube-controller-manager"},
		"scheduler":                {name: "system:kube-scheduler"},
	}
}

// store is a folder of certificates, keys and kubeconfigs.
type store string

func (s store) path(name string) string { return filepath.Join(string(s), name) }

func (s store) write(name string, content []byte) error {
	return os.WriteFile(s.path(name), content, 0o600)
}

// ensure returns the pair of that name, and issues it where there is none.
func (s store) ensure(ca *pair, name string, who subject) (*pair, error) {
	if p, err := s.load(name); err == nil {
		return p, nil
	}
	p, err := issue(ca, who)
	if err != nil {
		return nil, err
	}
	// The key first: a certificate says that both are there.
	if err := s.write(name+".key", p.keyPEM); err != nil {
		return nil, err
	}
	return p, s.write(name+".crt", p.certPEM)
}

func (s store) load(name string) (*pair, error) {
	cert, err := os.ReadFile(s.path(name + ".crt"))
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(s.path(name + ".key"))
	if err != nil {
		return nil, err
	}
	return parsePair(cert, key)
}

func (s store) serviceAccountKey(ca *pair) error {
	sa, err := s.ensure(ca, "sa", subject{name: "service-accounts"})
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(sa.key.Public())
	if err != nil {
		return err
	}
	return s.write("sa.pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
}
