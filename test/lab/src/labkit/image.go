package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A spec lists images; what a layer's folder holds becomes the layer. Images share layers of the same folder.
type imageSpec struct {
	Name       string   `json:"name"`
	Layers     []string `json:"layers"`
	Entrypoint []string `json:"entrypoint"`
	Cmd        []string `json:"cmd"`
	Env        []string `json:"env"`
	WorkDir    string   `json:"workdir"`
}

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// descriptor names a blob, as in the OCI image specification.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Platform    map[string]string `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// archive collects the blobs of an OCI archive, by digest: small ones as they are, layers as files.
type archive struct {
	dir    string
	small  map[string][]byte
	layers map[string]descriptor
	files  map[string]string
}

func image(args []string) error {
	if len(args) != 2 {
		return usageError("image ARCHIVE SPEC.json")
	}
	raw, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var specs []imageSpec
	if err := json.Unmarshal(raw, &specs); err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(args[0]), "image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	a := &archive{dir, map[string][]byte{}, map[string]descriptor{}, map[string]string{}}
	var manifests []descriptor
	for _, spec := range specs {
		manifest, err := a.addImage(spec)
		if err != nil {
			return fmt.Errorf("%s: %w", spec.Name, err)
		}
		manifests = append(manifests, manifest)
	}
	return a.writeTo(args[0], manifests)
}

func (a *archive) addImage(spec imageSpec) (descriptor, error) {
	var layers []descriptor
	var diffIDs []string
	for _, folder := range spec.Layers {
		layer, err := a.addLayer(folder)
		if err != nil {
			return descriptor{}, err
		}
		layers = append(layers, layer)
		diffIDs = append(diffIDs, layer.Digest)
	}
	config, err := a.addJSON("application/vnd.oci.image.config.v1+json", map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"created":      "1970-01-01T00:00:00Z",
		"config": map[string]any{
			"Entrypoint": spec.Entrypoint,
			"Cmd":        spec.Cmd,
			"Env":        append([]string{defaultPath}, spec.Env...),
			"WorkingDir": spec.WorkDir,
		},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	if err != nil {
		return descriptor{}, err
	}
	const mediaType = "application/vnd.oci.image.manifest.v1+json"
	manifest, err := a.addJSON(mediaType, map[string]any{
		"schemaVersion": 2, "mediaType": mediaType, "config": config, "layers": layers,
	})
	manifest.Platform = map[string]string{"architecture": runtime.GOARCH, "os": "linux"}
	manifest.Annotations = map[string]string{
		"io.containerd.image.name":          spec.Name,
		"org.opencontainers.image.ref.name": spec.Name[strings.LastIndex(spec.Name, ":")+1:],
	}
	return manifest, err
}

func (a *archive) addJSON(mediaType string, value any) (descriptor, error) {
	content, err := json.Marshal(value)
	if err != nil {
		return descriptor{}, err
	}
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	a.small[digest] = content
	return descriptor{MediaType: mediaType, Digest: "sha256:" + digest, Size: int64(len(content))}, nil
}

func (a *archive) addLayer(folder string) (descriptor, error) {
	if layer, known := a.layers[folder]; known {
		return layer, nil
	}
	file := filepath.Join(a.dir, fmt.Sprintf("layer%d.tar", len(a.layers)))
	digest, size, err := writeLayer(folder, file)
	if err != nil {
		return descriptor{}, err
	}
	a.files[digest] = file
	layer := descriptor{MediaType: "application/vnd.oci.image.layer.v1.tar", Digest: "sha256:" + digest, Size: size}
	a.layers[folder] = layer
	return layer, nil
}

func (a *archive) writeTo(path string, manifests []descriptor) error {
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": manifests})
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := tar.NewWriter(file)
	add := func(name string, size int64, content io.Reader) error {
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size, Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err := io.Copy(out, content)
		return err
	}
	addBytes := func(name string, content []byte) error {
		return add(name, int64(len(content)), bytes.NewReader(content))
	}
	if err := addBytes("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)); err != nil {
		return err
	}
	if err := addBytes("index.json", index); err != nil {
		return err
	}
	for _, digest := range slices.Sorted(maps.Keys(a.small)) {
		if err := addBytes("blobs/sha256/"+digest, a.small[digest]); err != nil {
			return err
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(a.files)) {
		if err := addFile(add, "blobs/sha256/"+digest, a.files[digest]); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return file.Close()
}

func addFile(add func(string, int64, io.Reader) error, name, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return add(name, info.Size(), file)
}
