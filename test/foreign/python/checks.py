"""Says of each check whether it held: a line of JSON on stdout, as ../outcome.ts reads it."""

import json
import os
import traceback
import urllib.parse
import urllib.request

url = os.environ["VISAGE_URL"]
ca = os.environ["VISAGE_CA"]
tenant = os.environ["VISAGE_TENANT"]
user = os.environ["VISAGE_USER"]
group = os.environ["VISAGE_GROUP"]
contact = os.environ["VISAGE_CONTACT"]
client = "22222222-bbbb-4bbb-8bbb-000000000001"

with open(os.environ["VISAGE_PICTURE"], "rb") as file:
    picture = file.read()


def say(check, **why):
    print(json.dumps({"check": check, **why}), flush=True)


async def check(name, run):
    try:
        await run()
        say(name)
    except Exception as error:
        traceback.print_exc()
        say(name, failed=f"{type(error).__name__}: {error}"[:300])


def same(found, expected, what="answer"):
    if found != expected:
        raise AssertionError(f"{what}: {found!r}, not {expected!r}")


def is_jpeg(found):
    if not found or bytes(found[:3]) != b"\xff\xd8\xff":
        raise AssertionError(f"no JPEG: {found and found[:20]!r}")


def sign_in_as_alice(address, code=None):
    """Returns the address that the browser was sent to."""
    form = {"address": address, **({"code": code} if code else {})}
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(os.environ["VISAGE_PERSON"], body) as answer:
        return answer.read().decode()
