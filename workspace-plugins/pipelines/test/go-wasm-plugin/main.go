// A plugin in WebAssembly: a call is a run of the program, with the request on standard input and the answer on standard output.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	pb "slipway.example/plugin/slipway/pipelines/v1"
)

const unimplemented = 12

func main() {
	request, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	switch os.Args[1] {
	case "Handshake":
		var hello pb.Hello
		read(request, &hello)
		write(handshake(&hello))
	case "Detect":
		var asked pb.DetectRequest
		read(request, &asked)
		write(detect(&asked))
	default:
		os.Exit(unimplemented)
	}
}

func handshake(hello *pb.Hello) *pb.PluginInfo {
	info := &pb.PluginInfo{
		Name: "lang/wasm-greeter", Version: "1.0.0", Capabilities: []string{"lang:wasm"},
		ProtocolMin: 1, ProtocolMax: 1, Hooks: []pb.Hook{pb.Hook_HOOK_DETECT},
	}
	if hello.ProtocolMin <= 1 && hello.ProtocolMax >= 1 {
		info.Protocol = 1
	}
	return info
}

// detect tries what stands in the file `tries`, one thing a line.
func detect(request *pb.DetectRequest) *pb.DetectResult {
	facts := map[string]string{}
	lines, err := os.ReadFile("tries")
	if err != nil {
		return &pb.DetectResult{Signals: []string{"wasm"}}
	}
	for _, line := range strings.Fields(string(lines)) {
		what, place, _ := strings.Cut(line, ":")
		facts[line] = try(what, place)
	}
	return &pb.DetectResult{Facts: facts}
}

func try(what string, place string) string {
	switch what {
	case "read":
		return outcome(os.ReadFile(place))
	case "write":
		return outcome(nil, os.WriteFile(place, []byte("changed"), 0o644))
	case "append":
		file, err := os.OpenFile(place, os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			_, err = file.WriteString("changed")
		}
		return outcome(nil, err)
	case "remove":
		return outcome(nil, os.Remove(place))
	case "list":
		entries, err := os.ReadDir(place)
		return outcome([]byte(fmt.Sprint(len(entries) > 0)), err)
	case "dial":
		_, err := net.Dial("tcp", place)
		if err == nil {
			return "connected"
		}
		return "refused"
	case "environment":
		return strings.Join(os.Environ(), " ")
	case "log":
		fmt.Fprintln(os.Stderr, "at", place)
	case "loop":
		for {
		}
	case "memory":
		size, err := strconv.Atoi(place)
		if err != nil {
			fail(err)
		}
		return fmt.Sprint(len(make([]byte, size<<20))>>20, " MiB")
	case "output":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<20)); err != nil {
				fail(err)
			}
		}
	case "fail":
		fail(errors.New("there is no " + place))
	}
	return ""
}

func outcome(bytes []byte, err error) string {
	var told *os.PathError
	if errors.As(err, &told) {
		return told.Err.Error()
	}
	if err != nil {
		return err.Error()
	}
	return string(bytes)
}

func read(bytes []byte, message proto.Message) {
	if err := proto.Unmarshal(bytes, message); err != nil {
		fail(err)
	}
}

func write(message proto.Message) {
	bytes, err := proto.Marshal(message)
	if err != nil {
		fail(err)
	}
	os.Stdout.Write(bytes)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
