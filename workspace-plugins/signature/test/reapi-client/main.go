// Digests of a folder, a Command and an Action as another client of the Remote Execution API computes them.
//
// Reads a request in JSON from its standard input and writes an answer in JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/bazelbuild/remote-apis-sdks/go/pkg/client"
	"github.com/bazelbuild/remote-apis-sdks/go/pkg/command"
	"github.com/bazelbuild/remote-apis-sdks/go/pkg/digest"
	"github.com/bazelbuild/remote-apis-sdks/go/pkg/filemetadata"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/reflect/protoreflect"
)

type request struct {
	Folder      string            `json:"folder"`
	Inputs      []string          `json:"inputs"`
	Arguments   []string          `json:"arguments"`
	Environment map[string]string `json:"environment"`
	Platform    map[string]string `json:"platform"`
	OutputPaths []string          `json:"outputPaths"`
	DoNotCache  bool              `json:"doNotCache"`
	Salt        string            `json:"salt"`
}

type answer struct {
	InputRoot string `json:"inputRoot"`
	Command   string `json:"command"`
	Action    string `json:"action"`
	// The fields of each published message: name to number and kind.
	Messages map[string]map[string]string `json:"messages"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		stop(err)
	}
	found, err := compute(asked)
	if err != nil {
		stop(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		stop(err)
	}
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func compute(asked request) (*answer, error) {
	api := &client.Client{TreeSymlinkOpts: &client.TreeSymlinkOpts{Preserved: true}}
	spec := &command.InputSpec{
		Inputs:               asked.Inputs,
		EnvironmentVariables: asked.Environment,
		SymlinkBehavior:      command.PreserveSymlink,
	}
	root, _, _, err := api.ComputeMerkleTree(
		context.Background(), asked.Folder, "", "", spec, filemetadata.NewNoopCache())
	if err != nil {
		return nil, err
	}
	cmd := (&command.Command{
		Args:        asked.Arguments,
		InputSpec:   spec,
		OutputFiles: asked.OutputPaths,
		Platform:    asked.Platform,
	}).ToREProto(true)
	commandDigest, err := digest.NewFromMessage(cmd)
	if err != nil {
		return nil, err
	}
	action, err := digest.NewFromMessage(&repb.Action{
		CommandDigest:   commandDigest.ToProto(),
		InputRootDigest: root.ToProto(),
		DoNotCache:      asked.DoNotCache,
		Salt:            []byte(asked.Salt),
		Platform:        cmd.Platform,
	})
	if err != nil {
		return nil, err
	}
	return &answer{root.String(), commandDigest.String(), action.String(), publishedMessages()}, nil
}

func publishedMessages() map[string]map[string]string {
	published := map[string]map[string]string{}
	var describe func(messages protoreflect.MessageDescriptors)
	describe = func(messages protoreflect.MessageDescriptors) {
		for at := 0; at < messages.Len(); at++ {
			message := messages.Get(at)
			fields := map[string]string{}
			for i := 0; i < message.Fields().Len(); i++ {
				field := message.Fields().Get(i)
				kind := field.Kind().String()
				if field.Message() != nil {
					kind = string(field.Message().FullName())
				}
				fields[string(field.Name())] = fmt.Sprintf("%d %s %s", field.Number(), field.Cardinality(), kind)
			}
			published[string(message.FullName())] = fields
			describe(message.Messages())
		}
	}
	describe(repb.File_build_bazel_remote_execution_v2_remote_execution_proto.Messages())
	return published
}
