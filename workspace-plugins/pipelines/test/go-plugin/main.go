// A plugin in Go, without anything of ours but the schema.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"

	pb "slipway.example/plugin/slipway/pipelines/v1"
)

const name, version = "lang/go-greeter", "1.0.0"

// stdio is standard input and output as one connection.
type stdio struct{}

func (s stdio) Read(into []byte) (int, error) {
	count, err := os.Stdin.Read(into)
	if err != nil {
		os.Exit(0)
	}
	return count, nil
}
func (s stdio) Write(from []byte) (int, error)   { return os.Stdout.Write(from) }
func (s stdio) Close() error                     { return os.Stdout.Close() }
func (s stdio) LocalAddr() net.Addr              { return s }
func (s stdio) RemoteAddr() net.Addr             { return s }
func (s stdio) SetDeadline(time.Time) error      { return nil }
func (s stdio) SetReadDeadline(time.Time) error  { return nil }
func (s stdio) SetWriteDeadline(time.Time) error { return nil }
func (s stdio) Network() string                  { return "stdio" }
func (s stdio) String() string                   { return "stdio" }

// once hands out the one connection and then waits for ever.
type once struct{ connections chan net.Conn }

func (o once) Accept() (net.Conn, error) { return <-o.connections, nil }
func (o once) Close() error              { return nil }
func (o once) Addr() net.Addr            { return stdio{} }

type plugin struct {
	pb.UnimplementedPluginServer
}

func (plugin) Handshake(_ context.Context, hello *pb.Hello) (*pb.PluginInfo, error) {
	info := &pb.PluginInfo{
		Name: name, Version: version, Capabilities: []string{"lang:go"},
		ProtocolMin: 1, ProtocolMax: 1, Hooks: []pb.Hook{pb.Hook_HOOK_DETECT},
	}
	if hello.ProtocolMin <= 1 && hello.ProtocolMax >= 1 {
		info.Protocol = 1
	}
	return info, nil
}

func (plugin) Detect(_ context.Context, request *pb.DetectRequest) (*pb.DetectResult, error) {
	root := request.GetRepository().GetRoot()
	return &pb.DetectResult{Signals: []string{"go"}, Facts: map[string]string{"root": root, "by": "go"}}, nil
}

func main() {
	if os.Getenv("SLIPWAY_PLUGIN_COOKIE") == "" {
		fmt.Fprintf(os.Stderr, "%s %s is a plugin of slipway\n", name, version)
		os.Exit(1)
	}
	connections := make(chan net.Conn, 1)
	connections <- stdio{}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64 << 20))
	pb.RegisterPluginServer(server, plugin{})
	if err := server.Serve(once{connections}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
