"""Mail servers that behave, or misbehave, as they are told, for the tests of the SMTP channel.

    smtp_server.py FOLDER HOST MODE...

One server for each mode, at the port behind its `@`, if any; prints their ports in one line. With a HOST that is not `-`
they have a certificate of their own for it, which is written to `FOLDER/certificate.pem`. Mails that a server has taken
over are written to `FOLDER/<number of the mode>/`, one file each; `log` there has one line for each connection and
command. Ends when its input does, or the process that started it.

The modes:

    good             takes everything
    count            takes everything and keeps a line for each mail, in `taken`: when, from whom (EHLO), its Message-ID
    silent           accepts and never says a word
    slow-greeting    greets one byte at a time
    no-starttls      offers no STARTTLS
    tls-now          TLS from the first byte
    auth             wants AUTH, as alice with the password "wonder land"
    no-auth          refuses every password
    STAGE:CODE       answers so at greeting, ehlo, mail, rcpt, data or end, as in rcpt:550
    once:STAGE:CODE  does so for the first mail only
    drop:STAGE       closes the connection at greeting, mail, rcpt, data, body or end
    stall:STAGE      stops answering at mail, rcpt, data or end
    reset-idle       closes each connection after one mail, without a word
    aiosmtpd         a server that others wrote, where it is installed
"""

import asyncio
import base64
import email
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import time


class Drop(Exception):
    """The connection ends here."""


class Server:
    def __init__(self, mode, folder, context):
        self.mode, _, port = mode.partition("@")
        self.folder, self.context, self.port = folder, context, int(port or 0)
        self.taken = self.refused = 0
        folder.mkdir(exist_ok=True)

    def log(self, line):
        # Of what is only counted there is too much.
        if self.mode != "count":
            self.write("log", line)

    def write(self, name, line):
        with open(self.folder / name, "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def keep(self, lines, sender=""):
        self.taken += 1
        if self.mode == "count":
            message = email.message_from_bytes(b"".join(lines))["Message-ID"].strip("<>").partition("@")[0]
            self.write("taken", f"{time.time_ns() // 1_000_000} {sender} {message}")
        else:
            (self.folder / f"{self.taken}.eml").write_bytes(b"".join(lines))

    async def serve(self, reader, writer):
        try:
            await Session(self, reader, writer).run()
        except (Drop, ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            self.log("closed")
            writer.close()

    async def handle_DATA(self, server, session, envelope):
        self.keep([envelope.original_content])
        return "250 2.0.0 taken"

    def start_other(self):
        from aiosmtpd.controller import Controller

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.server = Controller(self, "127.0.0.1", port, enable_SMTPUTF8=True, tls_context=self.context)
        self.server.start()
        return port

    async def start(self):
        if self.mode == "aiosmtpd":
            return self.start_other()
        encryption = self.context if self.mode == "tls-now" else None
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, ssl=encryption)
        return self.server.sockets[0].getsockname()[1]


class Session:
    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.mode, self.context = server.mode, server.context
        self.sender = "unknown"

    async def say(self, line):
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def reached(self, stage):
        """Does what the mode says of this stage; True when it has answered."""
        parts = self.mode.split(":")
        if parts == ["drop", stage]:
            raise Drop
        if parts == ["stall", stage]:
            await asyncio.sleep(3600)
        always = len(parts) == 2 and parts[0] == stage
        if always or (parts[:2] == ["once", stage] and self.server.refused == 0):
            self.server.refused += 1
            code = parts[-1]
            await self.say(f"{code} {code[0]}.7.1 <someone@example.org> says no, at {stage}")
            if code == "421":
                raise Drop
            return True
        return False

    async def run(self):
        self.server.log("connected")
        if self.mode == "silent":
            await asyncio.sleep(3600)
        if self.mode == "slow-greeting":
            for byte in b"220 " + b"x" * 3600:
                self.writer.write(bytes([byte]))
                await self.writer.drain()
                await asyncio.sleep(0.1)
        if not await self.reached("greeting"):
            await self.say("220 test ESMTP")
        while line := await self.reader.readline():
            command = line.decode("utf-8", "replace").strip()
            verb = command.split(" ")[0].upper()
            self.server.log(command if verb != "AUTH" else "AUTH")
            if verb == "QUIT":
                await self.say("221 bye")
                return
            await self.answer(verb, command)

    async def answer(self, verb, command):
        if verb in ("EHLO", "HELO"):
            self.sender = command.partition(" ")[2] or self.sender
            if not await self.reached("ehlo"):
                await self.offer()
        elif verb == "STARTTLS":
            await self.say("220 go on")
            await self.writer.start_tls(self.context)
        elif verb == "AUTH":
            words = command.split(" ")
            if len(words) < 3:
                await self.say("334 ")
                words.append((await self.reader.readline()).decode().strip())
            good = base64.b64decode(words[2]) == b"\0alice\0wonder land" and self.mode == "auth"
            await self.say("235 welcome" if good else "535 5.7.8 wrong user or password")
        elif verb in ("MAIL", "RCPT"):
            if not await self.reached(verb.lower()):
                await self.say("250 ok")
        elif verb == "DATA":
            if not await self.reached("data"):
                await self.say("354 go on")
                await self.take()
        else:
            await self.say("250 ok")

    async def offer(self):
        offers = ["test", "8BITMIME", "SMTPUTF8", "SIZE 1000000"]
        encrypted = self.writer.get_extra_info("ssl_object") is not None
        if self.context and not encrypted and self.mode != "no-starttls":
            offers.append("STARTTLS")
        if self.mode in ("auth", "no-auth"):
            offers.append("AUTH PLAIN LOGIN")
        for offer in offers[:-1]:
            await self.say("250-" + offer)
        await self.say("250 " + offers[-1])

    async def take(self):
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line or self.mode == "drop:body":
                raise Drop
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.mode == "drop:end":
            # It has taken the mail over, and nobody will know.
            self.server.keep(lines, self.sender)
        if await self.reached("end"):
            return
        self.server.keep(lines, self.sender)
        await self.say(f"250 2.0.0 queued as {self.server.taken}")
        if self.mode == "reset-idle":
            raise Drop


def certified(folder, host):
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-days", "2", "-keyout", key, "-out", certificate, "-subj", f"/CN={host}"]
        + ["-addext", f"subjectAltName=DNS:{host}"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def main():
    folder, host = pathlib.Path(sys.argv[1]), sys.argv[2]
    context = certified(folder, host) if host != "-" else None
    servers = [Server(mode, folder / str(number), context) for number, mode in enumerate(sys.argv[3:])]
    print(*[await server.start() for server in servers], flush=True)
    # Whatever becomes of the test, this process does not outlive it by much: another child may hold its input open.
    parent = os.getppid()
    reading = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    while not reading.done() and os.getppid() == parent:
        await asyncio.wait([reading], timeout=1)
    os._exit(0)


try:
    asyncio.run(main())
finally:
    os._exit(1)
