// The registry of go-containerregistry behind bearer tokens, for tests: the second implementation beside Docker Distribution.
package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

type access struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

type claims struct {
	Audience string   `json:"aud"`
	Expires  int64    `json:"exp"`
	Access   []access `json:"access"`
}

var repositoryPath = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs|tags|referrers)/`)

// verify gives the claims of a token that the key signed (RFC 7515, ES256) and that has not come to its end.
func verify(key *ecdsa.PublicKey, token string) (*claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return nil, false
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !ecdsa.Verify(key, digest[:], r, s) {
		return nil, false
	}
	var said claims
	if json.Unmarshal(body, &said) != nil || time.Now().Unix() >= said.Expires {
		return nil, false
	}
	return &said, true
}

func needed(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead:
		return "pull"
	case http.MethodDelete:
		return "delete"
	}
	return "push"
}

func holds(actions []string, wanted string) bool {
	for _, action := range actions {
		if action == wanted {
			return true
		}
	}
	return false
}

func allowed(said *claims, request *http.Request) bool {
	match := repositoryPath.FindStringSubmatch(request.URL.Path)
	if match == nil {
		return true
	}
	for _, one := range said.Access {
		if one.Type == "repository" && one.Name == match[1] && holds(one.Actions, needed(request.Method)) {
			return true
		}
	}
	return false
}

func main() {
	realm, service, certificate := os.Args[1], os.Args[2], os.Args[3]
	text, err := os.ReadFile(certificate)
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(text)
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	key := parsed.PublicKey.(*ecdsa.PublicKey)
	inner := registry.New(registry.WithReferrersSupport(true), registry.Logger(log.New(os.Stderr, "", 0)))
	handler := func(response http.ResponseWriter, request *http.Request) {
		token := strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")
		said, ok := verify(key, token)
		if !ok || said.Audience != service || !allowed(said, request) {
			response.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm=%q,service=%q`, realm, service))
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		inner.ServeHTTP(response, request)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, http.HandlerFunc(handler)))
}
