"""Asks the payment device for its status. Python 3.10 or later: pip install websockets && python3 status.py"""

import asyncio
import getpass
import hashlib
import json
import os
import ssl
import sys
from pathlib import Path

import websockets

ANSWER_WITHIN_S = 10
KIT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
CONNECTION = json.loads((KIT / "connection.json").read_text(encoding="utf-8"))


def ask_password() -> str:
    password = os.environ.get("POS_KEY_PASSWORD")
    if password is not None:
        return password
    if sys.stdin.isatty():
        return getpass.getpass("Password of the connection kit: ")
    return sys.stdin.readline().rstrip("\r\n")


def tls_context() -> ssl.SSLContext:
    # Trusts the Root CA and nothing else; checks the chain and the name.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(KIT / "root-ca.pem")
    context.check_hostname = CONNECTION["expectedSan"] is not None
    try:
        # The file holds the POS certificate and its intermediates; they are presented together.
        context.load_cert_chain(KIT / "pos-certificate.pem", KIT / "pos-private-key.pem", ask_password)
    except ssl.SSLError as error:
        sys.exit(f"The key cannot be opened: wrong password, or a damaged file ({error}).")
    return context


def check_fingerprint(socket: ssl.SSLObject) -> None:
    """For a device whose certificate names no serial number."""
    digest = hashlib.sha256(socket.getpeercert(binary_form=True)).hexdigest().upper()
    if digest != CONNECTION["deviceCertificateSha256"].replace(":", ""):
        sys.exit("Another device answered.")


async def main() -> None:
    context = tls_context()
    try:
        # Connects to the address, but expects the name with the serial number in the certificate.
        async with websockets.connect(
            CONNECTION["url"],
            ssl=context,
            server_hostname=CONNECTION["expectedSan"] or CONNECTION["host"],
            open_timeout=ANSWER_WITHIN_S,
        ) as channel:
            if CONNECTION["expectedSan"] is None:
                check_fingerprint(channel.transport.get_extra_info("ssl_object"))
            await channel.send(json.dumps({"type": "StatusRequest"}))
            print(await asyncio.wait_for(channel.recv(), ANSWER_WITHIN_S))
    except asyncio.TimeoutError:
        sys.exit("The device did not answer.")
    except (OSError, websockets.WebSocketException) as error:
        sys.exit(f"No connection: {error}")


asyncio.run(main())
