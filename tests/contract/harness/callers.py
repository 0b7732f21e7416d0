"""API clients that nobody here wrote, against the sandbox; what they stored is read back through cardex."""

import json
import os
import subprocess

from .program import Cardex, Sandbox
from .tools import HERE


def told(command, env):
    """What a driver printed."""
    clean = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={**clean, **env})
    if done.returncode:
        raise RuntimeError(f"{command[1]} ended with code {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def shown(step, cardex, contact):
    """A contact as cardex reads it."""
    ran = cardex.run("show", contact, "--json")
    step.check(f"cardex shows {contact}", ran.code == 0, ran)
    return ran.json() if ran.code == 0 else {"fields": {}, "attributes": {}}


def held(step, what, actual, wanted):
    """Checks that everything wanted is there."""
    different = {k: actual.get(k) for k, v in wanted.items() if actual.get(k) != v}
    step.check(what, not different, f"{different}\nnot {wanted}")


def figuro(world, step):
    folder = world.logs / "callers-figuro"
    sandbox = Sandbox(world.children, world.binary, "chatwoot", folder)
    inbox = sandbox.other("inbox_identifier")
    token = sandbox.variables["CARDEX_SANDBOX_TOKEN"]
    said = told([world.tools.node, HERE / "callers" / "figuro.js", sandbox.base_url, token, inbox, "2", "web-0001"],
                {"NODE_PATH": str(world.tools.npm / "node_modules")})
    for call in ("update", "get", "publicUpdate", "publicGet"):
        step.check(f"{call} succeeds", "value" in said[call], said[call])
    for call, status in (("refused", 422), ("missing", 404), ("stranger", 401), ("publicRefused", 422),
                         ("publicMissing", 404)):
        step.check(f"{call} is refused with {status}", said[call].get("status") == status, said[call])
    step.check("the refusal names the member", "phone_number" in json.dumps(said["refused"]), said["refused"])
    application = Cardex(world.binary, folder, sandbox.settings, sandbox.base_url, sandbox.variables, sandbox.others)
    contact = shown(step, application, "2")
    held(step, "the update is stored", contact["fields"],
         {"name": "Figuro Application", "email": "figuro@example.com", "phone": "+442079460777",
          "identifier": "figuro-1"})
    held(step, "its attributes are stored", contact["attributes"], {"plan": "enterprise", "figuro was here": True})
    contact = shown(step, application, "1")
    held(step, "the public update is stored", contact["fields"],
         {"name": "Figuro Public", "email": "public@example.com"})
    held(step, "its attributes are stored, too", contact["attributes"], {"plan": "team"})
    ran = application.run("--account", "practice-chatwoot-public", "roster", "add", "web-0001")
    step.check("the contact goes into a roster", ran.code == 0, ran)
    ran = application.run("--account", "practice-chatwoot-public", "show", "web-0001", "--json")
    fields = ran.json().get("fields", {}) if ran.code == 0 else {}
    held(step, "the public API shows the same", fields, {"name": "Figuro Public", "email": "public@example.com"})


def revyops(world, step):
    folder = world.logs / "callers-revyops"
    sandbox = Sandbox(world.children, world.binary, "revyops", folder)
    cardex = Cardex(world.binary, folder, sandbox.settings, sandbox.base_url, sandbox.variables)
    contact = "1001"
    before = shown(step, cardex, contact)
    said = told([world.tools.python, HERE / "callers" / "revyops.py", contact],
                {"REVYOPS_API_URL": sandbox.base_url.removesuffix("/api"),
                 "REVYOPS_API_KEY": sandbox.variables["CARDEX_SANDBOX_TOKEN"],
                 "REVYOPS_CLIENT_ID": "sandbox"})
    for call in ("search", "update", "unknown", "get"):
        step.check(f"{call} succeeds", "value" in said[call], said[call])
    found = said["search"].get("value", {}).get("results", [])
    step.check("the search finds one", [str(c["id"]) for c in found] == [contact], said["search"])
    held(step, "the update's answer", said["update"].get("value", {}), {"first_name": "Mcp", "last_name": "Caller"})
    held(step, "what it reads after", said["get"].get("value", {}), {"first_name": "Mcp", "last_name": "Caller"})
    step.check("an unknown contact is not found", "Not found" in said["missing"].get("error", ""), said["missing"])
    step.check("a wrong key is no permission", "denied" in said["stranger"].get("error", ""), said["stranger"])
    after = shown(step, cardex, contact)
    held(step, "the update is stored", after["fields"], {"first_name": "Mcp", "last_name": "Caller"})
    # Members that no document knows change nothing: neither status nor title.
    same = {k: v for k, v in before["fields"].items() if k not in ("first_name", "last_name")}
    held(step, "nothing else is", after["fields"], same)
    step.check("attributes and tags stay", (before["attributes"], before.get("tags"))
               == (after["attributes"], after.get("tags")), f"{before}\n{after}")


# Name → installers, provider, check.
CALLERS = {
    "@figuro/chatwoot-sdk": (("npm",), "chatwoot", figuro),
    "revyops-mcp": (("pip",), "revyops", revyops),
}
