# SPDX-License-Identifier: Apache-2.0
"""Every answer below /api/v1 that any scenario gets is one that the server's own OpenAPI document promises."""

import functools
import json
import re
import subprocess

import jsonschema_rs
import server

NOT_DESCRIBED = {"HEAD", "OPTIONS"}


@functools.cache
def document(program):
    printed = subprocess.run([program, "serve", "--print-openapi"], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(printed.stdout)


def pattern_of(path):
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


def path_of(described, path):
    """The document's spelling of a path: as it is, rather than with a {member} in it."""
    bare = re.sub(r"^/api:[^/]+", "", path.partition("?")[0])
    fitting = sorted((listed for listed in described["paths"] if pattern_of(listed).fullmatch(bare)), key=lambda listed: "{" in listed)
    return fitting[0] if fitting else None


def closed(schema):
    """Readers must pass over members that they do not know; we must not send them."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if made.get("type") == "object" and made.get("properties"):
        made["additionalProperties"] = False
    return made


@functools.cache
def promised(program, path, method, status):
    """(media type or None, validator or None) of that answer; None if there is no such answer."""
    described = document(program)
    response = described["paths"][path][method].get("responses", {}).get(status)
    if response and "$ref" in response:
        response = described["components"]["responses"][response["$ref"].rpartition("/")[2]]
    if not response:
        return None
    for media_type, content in response.get("content", {}).items():
        schema = {"components": closed(described["components"]), **closed(content["schema"])}
        return media_type, jsonschema_rs.Draft202012Validator(schema), response["headers"]
    return None, None, response["headers"]


def check(program, method, path, answer):
    described = document(program)
    listed = path_of(described, path)
    if method in NOT_DESCRIBED or not listed:
        return
    if method not in {known.upper() for known in described["paths"][listed]}:
        assert answer.status in (404, 405) or answer.status >= 500, (method, path, answer.status)
        return
    told = promised(program, listed, method.lower(), str(answer.status))
    assert told, f"{method} {listed} does not say that it answers {answer.status}: {answer.raw!r}"
    media_type, validator, headers = told
    assert answer.type == (media_type or "") and (answer.raw == b"") == (media_type is None), (method, listed, answer)
    for header in headers:
        assert header in answer.headers, (method, listed, answer.status, header)
    if validator:
        faults = [fault.message for fault in validator.iter_errors(json.loads(answer.raw))]
        assert not faults, (method, listed, answer.status, answer.raw, faults)


class Rekey(server.Rekey):
    def request(self, method, path, **options):
        answer = super().request(method, path, **options)
        check(self.program, method, path, answer)
        return answer
