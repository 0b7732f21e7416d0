"""schemathesis against the sandbox: generated requests, good and bad, judged by the merged document."""

import subprocess

from .program import Sandbox
from .tools import HERE

EXAMPLES = 40
FUZZ = HERE / "fuzz"


def check(world, step, provider):
    sandbox = Sandbox(world.children, world.binary, provider.name, world.logs / f"fuzz-{provider.name}")
    log = world.logs / f"fuzz-{provider.name}.log"
    # What does not apply to a provider stands in its file, with the reason.
    settings = FUZZ / f"{provider.name}.toml"
    command = [world.tools.schemathesis, "--config-file", settings, "run", world.document(provider.name, "server"),
               "-u", sandbox.base_url, "-n", EXAMPLES, "--seed", "1", "--generation-database", "none",
               "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color"]
    for name, value in provider.headers.items():
        command += ["-H", f"{name}: {value}"]
    with open(log, "wb") as output:
        code = subprocess.call([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=output,
                               stderr=subprocess.STDOUT, cwd=world.cache, timeout=240)
    text = log.read_text("utf-8", "replace")
    step.check("schemathesis finds nothing", code == 0, text[-6000:])
    cases = [line.strip() for line in text.splitlines() if "generated" in line]
    step.check("schemathesis tried something", bool(cases), text[-1000:])
    step.note = " ".join(cases)
