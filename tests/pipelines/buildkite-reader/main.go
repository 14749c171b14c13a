// What the agent makes of pipelines when it uploads them: its own parser and its own interpolation. Each line of the input is one
// pipeline, with the variables of the job that uploads it; each line of the output is what would be sent.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"

	pipeline "github.com/buildkite/go-pipeline"
)

type request struct {
	YAML string            `json:"yaml"`
	Env  map[string]string `json:"env"`
}

type answer struct {
	Pipeline any    `json:"pipeline,omitempty"`
	Problem  string `json:"problem,omitempty"`
}

type variables map[string]string

func (v variables) Get(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

func (v variables) Set(name, value string) { v[name] = value }

func read(line []byte) answer {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Problem: err.Error()}
	}
	parsed, err := pipeline.Parse(strings.NewReader(asked.YAML))
	if err != nil {
		return answer{Problem: err.Error()}
	}
	if err := parsed.Interpolate(variables(asked.Env), false); err != nil {
		return answer{Problem: err.Error()}
	}
	return answer{Pipeline: parsed}
}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 && err != nil {
			return
		}
		if err := out.Encode(read(line)); err != nil {
			os.Exit(1)
		}
	}
}
