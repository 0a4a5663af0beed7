"""Does what arc-proxy does to an answer, as far as values stand in it as they are: for the peer of a benchmark."""
import os

PAIRS = [(value.encode(), b"x" * len(value)) for value in os.environ["BENCH_VALUES"].split(" ")]


def response(flow):
    body = flow.response.content
    if body is None:
        return
    for value, stand in PAIRS:
        if value in body:
            body = body.replace(value, stand)
    flow.response.content = body
