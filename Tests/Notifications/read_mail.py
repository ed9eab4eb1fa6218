"""Reads mails as a strict mail program does. The input says how many, then has one in base64 on each line; the output has
one in JSON on each line."""

import base64
import email
import email.policy
import json
import sys


def text(value):
    """Bytes beyond ASCII in a header are UTF-8 (RFC 6532)."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8")


def read(data):
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in message.walk() if not part.is_multipart()}
    return {
        "headers": [[name, text(str(value))] for name, value in message.items()],
        "addresses": {
            name: [[text(one.display_name), text(one.addr_spec)] for one in message[name].addresses]
            for name in ("From", "To", "Reply-To")
            if name in message
        },
        "text": parts.get("text/plain", ""),
        "html": parts.get("text/html", ""),
        "defects": [str(defect) for part in message.walk() for defect in part.defects]
        + [str(defect) for value in message.values() for defect in value.defects],
    }


mails = [sys.stdin.readline() for _ in range(int(sys.stdin.readline()))]
for mail in mails:
    print(json.dumps(read(base64.b64decode(mail))))
