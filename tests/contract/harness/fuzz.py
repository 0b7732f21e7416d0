"""schemathesis against the sandbox: generated requests, good and bad, judged by the merged document."""

import json
import subprocess

from .program import Sandbox
from .tools import HERE

EXAMPLES = 40
FUZZ = HERE / "fuzz"


def check(world, step, provider):
    sandbox = Sandbox(world.children, world.binary, provider.name, world.logs / f"fuzz-{provider.name}")
    document = world.document(provider.name, "server")
    more = ["-n", EXAMPLES, "--phases", "examples,coverage,fuzzing", "--continue-on-failure"]
    code, text = run(world, provider, document, sandbox, more)
    step.check("schemathesis finds nothing", code == 0, text[-6000:])
    cases = [line.strip() for line in text.splitlines() if "generated" in line]
    step.check("schemathesis tried something", bool(cases), text[-1000:])
    step.note = " ".join(cases)
    # Every success is declared to be something else: that must be found, or nothing would be.
    planted = world.documents / f"{provider.name}.planted.json"
    planted.write_text(json.dumps(spoilt(json.loads(document.read_text("utf-8")))))
    code, text = run(world, provider, planted, sandbox, ["-n", 1, "--phases", "coverage", "--max-failures", 1])
    step.check("schemathesis finds what was planted", code == 1 and "Response violates schema" in text, text[-1000:])


def run(world, provider, document, sandbox, more):
    """One run of schemathesis: its code and what it said."""
    log = world.logs / f"fuzz-{provider.name}-{document.stem.split('.')[1]}.log"
    # What does not apply to a provider stands in its file, with the reason.
    settings = FUZZ / f"{provider.name}.toml"
    command = [world.tools.schemathesis, "--config-file", settings, "run", document, "-u", sandbox.base_url,
               "--seed", "1", "--generation-database", "none", "--no-color", *more]
    for name, value in provider.headers.items():
        command += ["-H", f"{name}: {value}"]
    with open(log, "wb") as output:
        code = subprocess.call([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=output,
                               stderr=subprocess.STDOUT, cwd=world.cache, timeout=240)
    return code, log.read_text("utf-8", "replace")


def spoilt(document):
    """The document with every success of JSON declared to be a word."""
    for item in document["paths"].values():
        for call in item.values():
            for status, answer in call["responses"].items():
                if status == "200" and "content" in answer:
                    answer["content"] = {"application/json": {"schema": {"const": "planted"}}}
    return document
