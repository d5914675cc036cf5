"""Passes HTTP/2 on byte for byte, but that a server's capabilities begin with the protocol's first version.

Bazel 7.7.1 as Debian packages it speaks version 2.0 of the Remote Execution API alone, and buildbox-casd says that it
begins with a later one. What is between the two has not changed.

    pass_through.py SOCKET     # prints the port of loopback that it listens at; ends when its standard input does
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass, field

from hpack import Decoder

CAPABILITIES = b"/build.bazel.remote.execution.v2.Capabilities/GetCapabilities"
# Field 4 of ServerCapabilities, `low_api_version`, is a SemVer whose field 1 is `major` and 2 `minor`: 2.0. Where a
# message is there twice, the last value of each of its fields counts.
LOW_API_VERSION = b"\x22\x04\x08\x02\x10\x00"

# Of HTTP/2 (RFC 9113).
PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
DATA, HEADERS, CONTINUATION = 0, 1, 9
END_HEADERS, PADDED, PRIORITY = 0x4, 0x8, 0x20


@dataclass
class Frame:
    """A frame of HTTP/2."""

    kind: int
    flags: int
    stream: bytes
    payload: bytes

    def encoded(self) -> bytes:
        """The frame as it is sent."""
        return len(self.payload).to_bytes(3, "big") + bytes([self.kind, self.flags]) + self.stream + self.payload


async def read(reader: asyncio.StreamReader) -> Frame:
    """Reads a frame."""
    header = await reader.readexactly(9)
    payload = await reader.readexactly(int.from_bytes(header[:3], "big"))
    return Frame(header[3], header[4], header[5:], payload)


@dataclass
class Connection:
    """What is known of a connection of Bazel's."""

    decoder: Decoder = field(default_factory=Decoder)
    # Of the headers that are being sent.
    block: bytes = b""
    # The streams whose answers are capabilities.
    capabilities: set[bytes] = field(default_factory=set)

    def request(self, frame: Frame) -> Frame:
        """Looks at a frame of Bazel's. Each block of headers has to be decoded for the next to be."""
        if frame.kind in (HEADERS, CONTINUATION):
            payload = frame.payload
            if frame.kind == HEADERS:
                padding = payload[0] if frame.flags & PADDED else 0
                start = (1 if frame.flags & PADDED else 0) + (5 if frame.flags & PRIORITY else 0)
                payload = payload[start : len(payload) - padding]
            self.block += payload
            if frame.flags & END_HEADERS:
                for name, value in self.decoder.decode(self.block, raw=True):
                    if name == b":path" and value == CAPABILITIES:
                        self.capabilities.add(frame.stream)
                self.block = b""
        return frame

    def response(self, frame: Frame) -> Frame:
        """Adds to capabilities, which gRPC sends as one frame: whether it is compressed, a length, and the message."""
        if frame.kind == DATA and frame.stream in self.capabilities and frame.payload:
            length = int.from_bytes(frame.payload[1:5], "big")
            if frame.payload[0] or frame.flags & PADDED or length != len(frame.payload) - 5:
                raise ValueError("capabilities are sent in another way than in one plain frame")
            message = frame.payload[5:] + LOW_API_VERSION
            frame.payload = b"\0" + len(message).to_bytes(4, "big") + message
        return frame


async def serve(socket: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes one connection on."""
    connection = Connection()
    # What the server says how much it keeps is between it and Bazel.
    connection.decoder.max_allowed_table_size = 1 << 24
    server_reader, server_writer = await asyncio.open_unix_connection(socket)

    async def requests() -> None:
        server_writer.write(await reader.readexactly(PREFACE))
        while True:
            server_writer.write(connection.request(await read(reader)).encoded())
            await server_writer.drain()

    async def responses() -> None:
        while True:
            writer.write(connection.response(await read(server_reader)).encoded())
            await writer.drain()

    # Where one side ends, so does the other.
    tasks = [asyncio.create_task(requests()), asyncio.create_task(responses())]
    try:
        _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await task
    finally:
        for each in (writer, server_writer):
            each.close()


async def main() -> None:
    (socket,) = sys.argv[1:]
    server = await asyncio.start_server(lambda reader, writer: serve(socket, reader, writer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
