"""What the document cannot say: a real picture for image/jpeg, and ids that exist, in every other case."""

import json
import os
import zlib

import schemathesis
from hypothesis import strategies

with open(os.environ["VISAGE_PICTURE"], "rb") as file:
    picture = file.read()

# By the name of the parameter: {"user-id": "…"}
known = json.loads(os.environ["VISAGE_IDS"])

schemathesis.openapi.media_type(
    "image/jpeg", strategies.just(picture) | strategies.binary(max_size=200)
)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Chosen by the value, so that the same seed makes the same cases."""
    if not path_parameters:
        return path_parameters
    return {
        name: known[name] if name in known and zlib.crc32(repr(value).encode()) % 2 else value
        for name, value in path_parameters.items()
    }
