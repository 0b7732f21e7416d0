"""The program, `prism proxy`, the sandbox: real traffic, both directions judged by the document.

Prism passes everything on unchanged and notes what violates the document, in its log and in an answer's header.
A status that the document does not know is a warning there, not an error.
"""

from .mock import send_wrong, start, violations
from .program import Cardex, Sandbox
from .relay import Relay


def check(world, step, provider):
    folder = world.logs / f"between-{provider.name}"
    sandbox = Sandbox(world.children, world.binary, provider.name, folder)
    prism, port = start(world, provider, "proxy", [world.document(provider.name, "client"), sandbox.base_url])
    relay = Relay(port)
    cardex = Cardex(world.binary, folder, sandbox.settings, relay.url, sandbox.variables, sandbox.others)
    step.note = provider.note
    if provider.prepare_sandbox:
        ran = cardex.run(*provider.prepare_sandbox)
        step.check(" ".join(provider.prepare_sandbox), ran.code == 0, ran)
    ran = cardex.run("list", "--json")
    ids = [contact["id"] for contact in ran.lines()] if ran.code == 0 else []
    step.check("list: every contact of the sandbox", ran.code == 0 and len(ids) >= provider.listed, ran)
    ran = cardex.run("accounts", "check", "here")
    step.check("accounts check", ran.code == 0, ran)
    contact = ids[len(ids) // 2]
    ran = cardex.run("edit", contact, "--json", "--yes", *provider.before)
    step.check("prepares a contact", ran.code == 0, ran)
    for edit in provider.edits:
        what = "edit " + " ".join(edit.arguments)
        ran = cardex.run("edit", contact, "--json", "--yes", *edit.arguments)
        step.check(f"{what}: code {edit.stored}", ran.code == edit.stored, ran)
        status = ran.json().get("status") if ran.out else None
        step.check(f"{what}: is stored", status == "applied", ran)
    exchanges = relay.taken()
    step.check("went through the proxy", len(exchanges) > 2 * len(provider.edits), len(exchanges))
    judged(step, exchanges, prism)
    # A request that the document forbids passes here, and must be noted, or the two checks above mean nothing.
    send_wrong(relay, provider)
    noted = [v for e in relay.taken() for v in e.violations if v.get("severity") == "Error"]
    step.check("a wrong request is told in the answer", noted)
    step.check("a wrong request is noted in the log", violations(prism), prism.text()[-1000:])
    relay.end()


def judged(step, exchanges, prism):
    errors = [f"{e}\n  {v}" for e in exchanges for v in e.violations if v.get("severity") == "Error"]
    step.check("no violation told in an answer", not errors, "\n".join(errors))
    lines = violations(prism)
    step.check("no violation in the log", not lines, "\n".join(lines))
