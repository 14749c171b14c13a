"""A plugin in Python, without anything of ours but the schema. The server of grpcio has no connection but a socket: it gets one
in a folder of its own, and standard input and output are passed on to it."""

import os
import socket
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

NAME, VERSION = "lang/python-greeter", "1.0.0"

if not os.environ.get("SLIPWAY_PLUGIN_COOKIE"):
    print(f"{NAME} {VERSION} is a plugin of slipway", file=sys.stderr)
    sys.exit(1)

import grpc
from slipway.pipelines.v1 import plugin_pb2, plugin_pb2_grpc


class Plugin(plugin_pb2_grpc.PluginServicer):
    def Handshake(self, request, context):
        spoken = request.protocol_min <= 1 <= request.protocol_max
        return plugin_pb2.PluginInfo(
            name=NAME,
            version=VERSION,
            protocol=1 if spoken else 0,
            protocol_min=1,
            protocol_max=1,
            capabilities=["lang:python"],
            hooks=[plugin_pb2.HOOK_DETECT],
        )

    def Detect(self, request, context):
        facts = {"root": request.repository.root, "by": "python"}
        return plugin_pb2.DetectResult(signals=["python"], facts=facts)


def copy_input(connection):
    while data := os.read(0, 65536):
        connection.sendall(data)
    os._exit(0)


def main():
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/plugin.sock"
        server = grpc.server(ThreadPoolExecutor(), options=[("grpc.max_receive_message_length", 64 << 20)])
        plugin_pb2_grpc.add_PluginServicer_to_server(Plugin(), server)
        server.add_insecure_port(f"unix:{address}")
        server.start()
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address)
    threading.Thread(target=copy_input, args=[connection], daemon=True).start()
    while data := connection.recv(65536):
        while data:
            data = data[os.write(1, data) :]


main()
