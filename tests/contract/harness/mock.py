"""The program against `prism mock`: a strict server that nobody here wrote, and that forgets everything."""

import json
import http.client

from .processes import free_port
from .program import Cardex
from .relay import Relay

# Members that prove who sends, and change nothing.
PROOF = {"identifier", "identifier_hash"}


def start(world, provider, mode, *more):
    """Prism on a free port, `more` being options and at last a list of what follows them: (process, port)."""
    port = free_port()
    child = world.children.start(
        f"prism {mode}", world.tools.prism(mode, *more[:-1], "-h", "127.0.0.1", "-p", port, *more[-1]),
        world.logs / f"prism-{mode}-{provider.name}.log")
    child.wait_for("Prism is listening on")
    return child, port


def violations(prism):
    """What Prism's log says against requests and answers; what it only warns of is left out."""
    lines = [line for line in prism.text().splitlines() if "Violation:" in line or "terminated with error" in line]
    return [line for line in lines if "error" in line.split("Violation:")[0]]


def check(world, step, provider):
    document = world.document(provider.name, "mock")
    prism, port = start(world, provider, "mock", "--errors", "-d", "--seed", "1", [document])
    relay = Relay(port)
    cardex = Cardex(world.binary, world.logs / f"mock-{provider.name}", provider.settings, relay.url)
    step.note = provider.note
    succeed(step, provider, cardex, relay)
    found = violations(prism)
    step.check("no violation in Prism's log", not found, "\n".join(found))
    fail(step, provider, cardex, relay)
    has_teeth(step, provider, relay, prism)
    relay.end()


def went_well(step, what, ran, exchanges, code):
    bad = [str(e) for e in exchanges if not 200 <= e.status <= 299]
    step.check(f"{what}: code {code}", ran.code == code, ran)
    step.check(f"{what}: every answer is 2xx", exchanges and not bad, "\n".join(bad) or ran)


def succeed(step, provider, cardex, relay):
    """Listing, showing, checking and every kind of edit."""
    if provider.prepare_mock:
        ran = cardex.run(*provider.prepare_mock)
        step.check(" ".join(provider.prepare_mock), ran.code == 0, ran)
    ran = cardex.run("list", "--json", *provider.list_arguments)
    went_well(step, "list", ran, relay.taken(), 0)
    step.check("list: has contacts", ran.code == 0 and ran.lines(), ran)
    ran = cardex.run("show", provider.contact, "--json")
    went_well(step, "show", ran, relay.taken(), 0)
    step.check("show: that contact", ran.code == 0 and ran.json()["id"] == provider.contact, ran)
    ran = cardex.run("accounts", "check", "here")
    went_well(step, "accounts check", ran, relay.taken(), 0)
    for edit in provider.edits:
        what = "edit " + " ".join(edit.arguments)
        ran = cardex.run("edit", provider.contact, "--json", "--yes", *edit.arguments)
        exchanges = relay.taken()
        went_well(step, what, ran, exchanges, edit.code)
        sent = [(e.method, e.path, e.json()) for e in exchanges if not reads(e)]
        step.check(f"{what}: sends what it should", sent == edit.writes, f"sent {sent}\nnot {edit.writes}")
        status = ran.json().get("status") if ran.out else None
        step.check(f"{what}: is told as applied", status == "applied", ran)


def reads(exchange):
    """Whether a request changes nothing, as a PATCH of nothing does not."""
    return exchange.method == "GET" or exchange.method == "PATCH" and not set(exchange.json()) - PROOF


def fail(step, provider, cardex, relay):
    """Every status that is not a success, by its code and its words."""
    for failure in provider.failures:
        what = f"{' '.join(failure.command)} answered {failure.status}"
        relay.prefer = (failure.methods, failure.status)
        ran = cardex.run(*failure.command)
        relay.prefer = None
        statuses = [e.status for e in relay.taken() if e.method in failure.methods]
        step.check(f"{what}: was answered so", failure.status in statuses, f"{statuses}\n{ran}")
        step.check(f"{what}: code {failure.code}", ran.code == failure.code, ran)
        step.check(f"{what}: says {failure.says!r}", failure.says in ran.err, ran)


def send_wrong(relay, provider):
    """Sends the request that the document forbids; the status of the answer."""
    method, path, headers, body = provider.wrong
    line = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=30)
    line.request(method, path, json.dumps(body), {"content-type": "application/json", **headers})
    status = line.getresponse().status
    line.close()
    return status


def has_teeth(step, provider, relay, prism):
    """A request that the document forbids must be refused and noted, or the checks above mean nothing."""
    before = len(violations(prism))
    status = send_wrong(relay, provider)
    step.check("a wrong request is refused", 400 <= status <= 499, status)
    step.check("a wrong request is noted", len(violations(prism)) > before, prism.text()[-1000:])
