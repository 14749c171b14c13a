// What aigg does to a registry, a store and a lock, after the description of its bytes in specs/agent-packages.md (sections
// 1.3, 1.4, 2.2, 2.3 and 4.1), with the libraries that it uses. Unlike aigg it takes a host with a port, and speaks HTTP.
//
//	go-aigg push <host/repository:tag> <folder> <name:tag>   what `build` and `push` send
//	go-aigg add <host/repository:tag>                        into ./aigogo.lock and $HOME/.aigogo/store
//	go-aigg install                                          each package of ./aigogo.lock into the store; prints how many came
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

type locked struct {
	Version   string   `json:"version"`
	Integrity string   `json:"integrity"`
	Source    string   `json:"source"`
	Language  string   `json:"language"`
	Files     []string `json:"files"`
}

type lock struct {
	Version  int               `json:"version"`
	Packages map[string]locked `json:"packages"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// The address of the repository, and the tag.
func parse(ref string) (string, string) {
	at := strings.LastIndex(ref, ":")
	host, repository, _ := strings.Cut(ref[:at], "/")
	return "http://" + host + "/v2/" + repository, ref[at+1:]
}

func ask(method, url, mediaType string, body []byte, want int) (*http.Response, []byte) {
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	check(err)
	if method == http.MethodGet {
		request.Header.Set("Accept", mediaType)
	} else {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := http.DefaultClient.Do(request)
	check(err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	check(err)
	if response.StatusCode != want {
		check(fmt.Errorf("%s %s: %s: %s", method, url, response.Status, data))
	}
	return response, data
}

// In the order of folders that are sorted, a folder where its name comes.
func filesBelow(folder, prefix string) []string {
	entries, err := os.ReadDir(filepath.Join(folder, prefix))
	check(err)
	var files []string
	for _, entry := range entries {
		name := filepath.Join(prefix, entry.Name())
		if entry.IsDir() {
			files = append(files, filesBelow(folder, name)...)
		} else {
			files = append(files, name)
		}
	}
	return files
}

func layerOf(folder, name string) []byte {
	var layer bytes.Buffer
	writer := tar.NewWriter(&layer)
	about, err := json.Marshal(map[string]string{"name": name, "version": "local"})
	check(err)
	add := func(name string, mode int64, data []byte, modified time.Time) {
		header := &tar.Header{Name: name, Mode: mode, Size: int64(len(data)), ModTime: modified}
		check(writer.WriteHeader(header))
		_, err := writer.Write(data)
		check(err)
	}
	add(".aigogo-manifest.json", 0644, about, time.Now())
	for _, file := range filesBelow(folder, "") {
		data, err := os.ReadFile(filepath.Join(folder, file))
		check(err)
		info, err := os.Stat(filepath.Join(folder, file))
		check(err)
		add(file, int64(info.Mode().Perm()), data, info.ModTime())
	}
	check(writer.Close())
	return layer.Bytes()
}

func upload(repository string, blob []byte) {
	response, _ := ask(http.MethodPost, repository+"/blobs/uploads/", "", nil, http.StatusAccepted)
	location := response.Header.Get("Location")
	ask(http.MethodPut, location+"&digest="+digest(blob), "application/octet-stream", blob, http.StatusCreated)
}

func push(ref, folder, name string) {
	repository, tag := parse(ref)
	config, layer := []byte("{}"), layerOf(folder, name)
	upload(repository, config)
	upload(repository, layer)
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2,
		"mediaType":     manifestType,
		"config": map[string]any{
			"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(config), "digest": digest(config),
		},
		"layers": []map[string]any{{
			"mediaType": "application/vnd.docker.image.rootfs.diff.tar", "size": len(layer), "digest": digest(layer),
		}},
	})
	check(err)
	ask(http.MethodPut, repository+"/manifests/"+tag, manifestType, manifest, http.StatusCreated)
}

// Any entry becomes a regular file, in the order of the tar.
func pull(ref string) (string, []string) {
	repository, tag := parse(ref)
	_, body := ask(http.MethodGet, repository+"/manifests/"+tag, manifestType, nil, http.StatusOK)
	var manifest map[string]any
	check(json.Unmarshal(body, &manifest))
	first := manifest["layers"].([]any)[0].(map[string]any)
	_ = first["size"].(float64)
	_, layer := ask(http.MethodGet, repository+"/blobs/"+first["digest"].(string), "", nil, http.StatusOK)
	folder, err := os.MkdirTemp("", "go-aigg-")
	check(err)
	var files []string
	reader := tar.NewReader(bytes.NewReader(layer))
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return folder, files
		}
		check(err)
		if header.Name == ".aigogo-manifest.json" {
			continue
		}
		target := filepath.Join(folder, header.Name)
		check(os.MkdirAll(filepath.Dir(target), 0755))
		data, err := io.ReadAll(reader)
		check(err)
		check(os.WriteFile(target, data, 0600))
		check(os.Chmod(target, os.FileMode(header.Mode)))
		name, err := filepath.Rel(folder, target)
		check(err)
		files = append(files, name)
	}
}

func read(folder, file string) []byte {
	data, err := os.ReadFile(filepath.Join(folder, file))
	check(err)
	return data
}

func integrity(folder string, files []string, manifest []byte) string {
	sorted := append([]string{}, files...)
	sort.Strings(sorted)
	hash := sha256.New()
	for _, file := range sorted {
		fmt.Fprintf(hash, "%s\x00%s\x00", file, read(folder, file))
	}
	fmt.Fprintf(hash, "__manifest__\x00%s", manifest)
	return hex.EncodeToString(hash.Sum(nil))
}

func entry(hash string) string {
	home, err := os.UserHomeDir()
	check(err)
	return filepath.Join(home, ".aigogo/store/sha256", hash[:2], hash)
}

func isStored(hash string) bool {
	_, err := os.Stat(entry(hash))
	return err == nil
}

func store(folder string, files []string, manifest []byte) string {
	hash := integrity(folder, files, manifest)
	if isStored(hash) {
		return hash
	}
	for _, file := range files {
		target := filepath.Join(entry(hash), "files", file)
		check(os.MkdirAll(filepath.Dir(target), 0755))
		check(os.WriteFile(target, read(folder, file), 0644))
	}
	check(os.WriteFile(filepath.Join(entry(hash), "aigogo.json"), manifest, 0644))
	check(filepath.Walk(filepath.Join(entry(hash), "files"), func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if info.IsDir() {
			return os.Chmod(path, 0555)
		}
		return os.Chmod(path, 0444)
	}))
	return hash
}

type described struct {
	Name     string
	Version  string
	Language struct{ Name string }
}

// Those that the package says of itself, or else those of the reference; and the bytes that are hashed for a manifest.
func describe(folder, ref string) (described, []byte) {
	var found described
	data, err := os.ReadFile(filepath.Join(folder, "aigogo.json"))
	if err == nil && json.Unmarshal(data, &found) == nil {
		return found, data
	}
	at := strings.LastIndex(ref, ":")
	found.Name = ref[strings.LastIndex(ref, "/")+1 : at]
	found.Version = ref[at+1:]
	found.Language.Name = "python"
	made, err := json.MarshalIndent(map[string]any{
		"name": found.Name, "version": found.Version, "language": map[string]string{"name": "python"},
	}, "", "  ")
	check(err)
	return found, made
}

func key(of described) string {
	if of.Language.Name != "python" {
		return of.Name
	}
	name := strings.NewReplacer("-", "_", ".", "_").Replace(of.Name)
	if name[0] != '_' && !(name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z') {
		name = "_" + name
	}
	return strings.Map(func(char rune) rune {
		if char == '_' || char >= '0' && char <= '9' || char|0x20 >= 'a' && char|0x20 <= 'z' {
			return char
		}
		return '_'
	}, name)
}

func readLock() lock {
	data, err := os.ReadFile("aigogo.lock")
	if errors.Is(err, os.ErrNotExist) {
		return lock{Version: 1, Packages: map[string]locked{}}
	}
	check(err)
	var found lock
	check(json.Unmarshal(data, &found))
	return found
}

func add(ref string) {
	folder, files := pull(ref)
	defer os.RemoveAll(folder)
	about, manifest := describe(folder, ref)
	hash := store(folder, files, manifest)
	found := readLock()
	found.Packages[key(about)] = locked{about.Version, "sha256:" + hash, ref, about.Language.Name, files}
	data, err := json.MarshalIndent(found, "", "  ")
	check(err)
	check(os.WriteFile("aigogo.lock", append(data, '\n'), 0644))
}

func install() {
	fetched := 0
	for name, each := range readLock().Packages {
		if isStored(strings.TrimPrefix(each.Integrity, "sha256:")) {
			continue
		}
		folder, files := pull(each.Source)
		_, manifest := describe(folder, each.Source)
		if hash := "sha256:" + store(folder, files, manifest); hash != each.Integrity {
			check(fmt.Errorf("failed to fetch %s: integrity mismatch: expected %s, got %s", name, each.Integrity, hash))
		}
		check(os.RemoveAll(folder))
		fetched++
	}
	fmt.Println(fetched)
}

func main() {
	switch command, words := os.Args[1], os.Args[2:]; command {
	case "push":
		push(words[0], words[1], words[2])
	case "add":
		add(words[0])
	case "install":
		install()
	}
}
