"""Checks an AsyncAPI 3 document and samples of its messages; prints what is wrong.

Reads {"document": …, "samples": {channel: [value, …]}} from its input. The document's form is checked against the parts
of the AsyncAPI 3.0.0 and Kafka binding 0.5.0 specifications that it uses; every reference has to lead somewhere and
every schema has to be one (JSON Schema 2020-12). A sample must fit its channel's payload with no member that the schema
does not know, and every member that a schema knows must occur in some sample.
"""

import json
import sys

from jsonschema import Draft202012Validator, FormatChecker

TEXT = {"type": "string", "minLength": 1}
REFERENCE = {"type": "object", "required": ["$ref"], "additionalProperties": False,
             "properties": {"$ref": {"type": "string", "pattern": "^#/"}}}


def closed(required, optional=()):
    members = dict(required, **dict(optional))
    return {"type": "object", "required": sorted(required), "properties": members, "additionalProperties": False}


def each(value, names="^[A-Za-z0-9._-]+$"):
    return {"type": "object", "minProperties": 1, "propertyNames": {"pattern": names}, "additionalProperties": value}


KAFKA_CHANNEL = closed({"kafka": closed({
    "topic": TEXT, "partitions": {"type": "integer", "minimum": 1}, "bindingVersion": {"const": "0.5.0"},
    "topicConfiguration": closed({
        "cleanup.policy": {"type": "array", "items": {"enum": ["compact", "delete"]}, "minItems": 1}}, {
        "retention.ms": {"type": "integer"}, "delete.retention.ms": {"type": "integer"}})})})
KAFKA_MESSAGE = closed({"kafka": closed({"key": {"type": "object"}, "bindingVersion": {"const": "0.5.0"}})})
DOCUMENT = closed({
    "asyncapi": {"const": "3.0.0"}, "id": TEXT, "info": closed({"title": TEXT, "version": TEXT}, {"description": TEXT}),
    "defaultContentType": TEXT,
    "channels": each(closed({
        "address": TEXT, "description": TEXT, "messages": each(REFERENCE), "bindings": KAFKA_CHANNEL})),
    "operations": each(closed({
        "action": {"enum": ["send", "receive"]}, "channel": REFERENCE, "summary": TEXT,
        "messages": {"type": "array", "items": REFERENCE, "minItems": 1}})),
    "components": closed({
        "messages": each(closed({"name": TEXT, "contentType": TEXT, "headers": {
            "type": "object", "required": ["type"], "properties": {"type": {"const": "object"}}},
            "bindings": KAFKA_MESSAGE}, {"payload": {"type": "object"}})),
        "schemas": each({"type": "object"})}),
})


def nodes(value):
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def found(document, place):
    for part in place[2:].split("/"):
        document = document[part.replace("~1", "/").replace("~0", "~")]
    return document


def seen_members(schema, value, document, seen):
    """Notes which members of which schema a value has."""
    while "$ref" in schema:
        schema = found(document, schema["$ref"])
    if isinstance(value, dict):
        for name, part in schema.get("properties", {}).items():
            if name in value:
                seen.add((id(schema), name))
                seen_members(part, value[name], document, seen)
    elif isinstance(value, list):
        for part in value:
            seen_members(schema.get("items", {}), part, document, seen)


def main():
    given = json.load(sys.stdin)
    document, samples = given["document"], given["samples"]
    wrong = ["%s: %s" % ("/".join(map(str, e.absolute_path)), e.message[:200])
             for e in Draft202012Validator(DOCUMENT).iter_errors(document)]
    for node in nodes(document):
        if isinstance(node.get("$ref"), str):
            try:
                found(document, node["$ref"])
            except (KeyError, TypeError):
                wrong.append("no %s" % node["$ref"])
    messages = document["components"]["messages"]
    schemas = document["components"]["schemas"]
    parts = list(schemas.values()) + [m[p] for m in messages.values() for p in ("headers", "payload") if p in m]
    for schema in parts:
        Draft202012Validator.check_schema(schema)
    for node in nodes(parts):
        if "properties" in node:
            node["additionalProperties"] = False
    seen = set()
    for channel, values in samples.items():
        payload = messages[channel]["payload"]
        validator = Draft202012Validator(dict(payload, components=document["components"]), format_checker=FormatChecker())
        for value in values:
            wrong += ["%s/%s: %s" % (channel, "/".join(map(str, e.absolute_path)), e.message[:200])
                      for e in validator.iter_errors(value)]
            seen_members(payload, value, document, seen)
    if samples:
        for node in nodes([m["payload"] for m in messages.values() if "payload" in m] + list(schemas.values())):
            for name in node.get("properties", {}):
                if (id(node), name) not in seen:
                    wrong.append("no sample has the member %s of {%s}" % (name, ", ".join(sorted(node["properties"]))))
    print("\n".join(wrong[:40]), end="")


main()
