// Answers, a line for each line of JSON on the standard input, what Go's own library says: whether a pattern of
// filepath.Match takes a text, or the bytes in which encoding/json writes the struct of aigogo.json (its fields and tags
// as the format has them) after it has read a manifest.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
)

type language struct {
	Name    string `json:"name"`
	Runtime string `json:"runtime,omitempty"`
	Version string `json:"version"`
}

type dependency struct {
	Package  string `json:"package"`
	Version  string `json:"version"`
	Optional bool   `json:"optional,omitempty"`
}

type dependencies struct {
	Runtime []dependency `json:"runtime,omitempty"`
	Dev     []dependency `json:"dev,omitempty"`
}

type files struct {
	Include any      `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
}

type metadata struct {
	License  string            `json:"license,omitempty"`
	Homepage string            `json:"homepage,omitempty"`
	Tags     []string          `json:"tags,omitempty"`
	Extra    map[string]string `json:"extra,omitempty"`
}

type ai struct {
	Summary      string   `json:"summary"`
	Capabilities []string `json:"capabilities"`
	Usage        string   `json:"usage,omitempty"`
	Inputs       string   `json:"inputs,omitempty"`
	Outputs      string   `json:"outputs,omitempty"`
}

type manifest struct {
	Schema       string            `json:"$schema,omitempty"`
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	Description  string            `json:"description,omitempty"`
	Author       string            `json:"author,omitempty"`
	Language     language          `json:"language"`
	Dependencies *dependencies     `json:"dependencies,omitempty"`
	Files        files             `json:"files"`
	Scripts      map[string]string `json:"scripts,omitempty"`
	Metadata     metadata          `json:"metadata"`
	AI           *ai               `json:"ai,omitempty"`
}

type question struct {
	Pattern  *string
	Text     string
	Manifest string
}

func answer(asked question) any {
	if asked.Pattern != nil {
		taken, err := filepath.Match(*asked.Pattern, asked.Text)
		return err == nil && taken
	}
	var read manifest
	if json.Unmarshal([]byte(asked.Manifest), &read) != nil {
		return nil
	}
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(read); err != nil {
		panic(err)
	}
	return written.String()
}

func main() {
	answers := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := answers.Encode(answer(asked)); err != nil {
			panic(err)
		}
	}
}
