"""Passes gRPC calls on byte for byte, but that a server's capabilities begin with the protocol's first version.

Bazel 7.7.1 as Debian packages it speaks version 2.0 of the Remote Execution API alone, and buildbox-casd says that it
begins with a later one. What is between the two has not changed.

    pass_through.py TARGET     # prints the port of loopback that it listens at; ends when its standard input does
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc  # type: ignore[import-untyped]

CAPABILITIES = "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities"
# Field 4 of ServerCapabilities, `low_api_version`, is a SemVer whose field 1 is `major` and 2 `minor`: 2.0. Where a
# message is there twice, the last value of each of its fields counts.
LOW_API_VERSION = b"\x22\x04\x08\x02\x10\x00"
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class PassThrough(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc has no types.
    """Takes calls of any name. On the wire, a call of one message is a stream of one."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel

    def service(self, handler_call_details: Any) -> Any:
        method: str = handler_call_details.method
        call_target = self.channel.stream_stream(method)

        async def behaviour(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            # Those of gRPC's own are set anew.
            metadata = [
                (name, value)
                for name, value in context.invocation_metadata()
                if not name.startswith("grpc-") and name != "user-agent"
            ]
            try:
                async for response in call_target(requests, metadata=metadata):
                    yield response + LOW_API_VERSION if method == CAPABILITIES else response
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details(), tuple(error.trailing_metadata() or ()))

        return grpc.stream_stream_rpc_method_handler(behaviour)


async def main() -> None:
    (target,) = sys.argv[1:]
    server = grpc.aio.server(options=UNLIMITED)
    server.add_generic_rpc_handlers([PassThrough(grpc.aio.insecure_channel(target, options=UNLIMITED))])
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(grace=None)


if __name__ == "__main__":
    asyncio.run(main())
