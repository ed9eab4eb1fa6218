"""Reads one mail from standard input as a strict mail program does, and prints it as JSON."""

import email
import email.policy
import json
import sys

message = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}


def text(value):
    """Bytes beyond ASCII in a header are UTF-8 (RFC 6532)."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8")


print(
    json.dumps(
        {
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
    )
)
