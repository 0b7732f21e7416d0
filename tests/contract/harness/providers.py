"""What is asked of each provider: the account, the edits with the requests they must make, the failures.

The mock has no memory, so an edit there ends with code 6: accepted, and honestly told that something else is
stored. Where a value can not be read back by its nature the code is 0.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

READ = ("GET",)
WRITE = ("PUT", "POST", "PATCH")


@dataclass
class Edit:
    """One edit, and what it must send: (method, path, body) of each write."""

    arguments: list
    writes: list
    code: int = 6
    # The code in front of a sandbox, which remembers.
    stored: int = 0


@dataclass
class Failure:
    """A status in place of the good answer, and what cardex makes of it."""

    command: list
    methods: tuple
    status: int
    code: int
    says: str


@dataclass
class Provider:
    name: str
    settings: list
    # The contact of the mock's document.
    contact: str
    # Makes a contact of the sandbox one that each of the edits changes.
    before: list
    edits: list
    failures: list
    # A call that the document forbids: method, path, headers, body.
    wrong: tuple
    # How requests to the sandbox are signed.
    headers: dict
    # How far this rests on documents that we wrote down ourselves.
    note: str = ""
    # Contacts that a full list of the sandbox has at least, of 40.
    listed: int = 35
    # What has to be done before anybody can be listed.
    prepare_mock: list = field(default_factory=list)
    prepare_sandbox: list = field(default_factory=list)
    list_arguments: list = field(default_factory=lambda: ["--limit", "20"])


def chatwoot():
    contact = "/api/v1/accounts/1/contacts/481"

    def update(arguments, body, code=6):
        return Edit(arguments, [("PUT", contact, body)], code)

    return Provider(
        name="chatwoot",
        settings=['provider = "chatwoot"', "account_id = 1", 'token = { env = "CARDEX_SANDBOX_TOKEN" }'],
        contact="481",
        before=["--set", "name=A", "email=a@example.com", "phone=+442079460998", "identifier=crm-6", "--flag",
                "blocked=no", "--set-attr", "plan=team", "--add-tag", "trial", "--remove-tag", "vip"],
        edits=[
            update(["--set", "name=Ann Lee"], {"name": "Ann Lee"}),
            update(["--clear", "name"], {"name": ""}),
            update(["--set", "email=ann@example.com"], {"email": "ann@example.com"}),
            update(["--clear", "email"], {"email": None}),
            update(["--set", "phone=+442079460999"], {"phone_number": "+442079460999"}),
            update(["--clear", "phone"], {"phone_number": None}),
            update(["--set", "identifier=crm-7"], {"identifier": "crm-7"}),
            update(["--clear", "identifier"], {"identifier": None}),
            update(["--set", "avatar_url=https://example.com/a.png"],
                   {"avatar_url": "https://example.com/a.png"}, 0),
            update(["--flag", "blocked=yes"], {"blocked": True}),
            update(["--set-attr", "plan=enterprise"], {"custom_attributes": {"plan": "enterprise"}}),
            Edit(["--unset-attr", "plan"],
                 [("POST", contact + "/destroy_custom_attributes", {"custom_attributes": ["plan"]})]),
            Edit(["--add-tag", "vip"], [("POST", contact + "/labels", {"labels": ["trial", "vip"]})]),
            Edit(["--remove-tag", "trial"], [("POST", contact + "/labels", {"labels": []})]),
        ],
        failures=[
            Failure(["list"], READ, 401, 4, "did not accept the token"),
            Failure(["list"], READ, 500, 1, "listing contacts"),
            Failure(["show", "481"], READ, 403, 4, "reading contact 481"),
            Failure(["show", "481"], READ, 404, 3, "reading contact 481"),
            Failure(["edit", "481", "--set", "name=Ann"], WRITE, 401, 4, "saving contact 481"),
            Failure(["edit", "481", "--set", "name=Ann"], WRITE, 403, 4, "saving contact 481"),
            Failure(["edit", "481", "--set", "name=Ann"], WRITE, 404, 3, "saving contact 481"),
            Failure(["edit", "481", "--set", "name=Ann"], WRITE, 422, 1, "saving contact 481"),
            Failure(["edit", "481", "--set", "name=Ann"], WRITE, 500, 1, "saving contact 481"),
        ],
        wrong=("PUT", contact, {"api-access-token": "x"}, {"name": 5}),
        headers={"api-access-token": "sandbox"},
        note="status codes, envelopes and undocumented calls are our reading of the vendor's server",
    )


def pabbly():
    contact = "64b0c0ffee0123456789abcd"
    path = f"/contacts/{contact}"

    def update(arguments, body):
        return Edit(arguments, [("PUT", path, body)])

    def attribute(name, value):
        return {"attributes": [{"name": name, "value": value}]}

    return Provider(
        name="pabbly",
        settings=['provider = "pabbly"', 'email_attribute = "email"', 'token = { env = "CARDEX_SANDBOX_TOKEN" }'],
        contact=contact,
        before=["--set", "name=A", "phone=919800000001", "email=a@example.com", "--flag", "optin=no", "blocked=no",
                "--set-attr", "city=Pune", "--add-tag", "trial", "--remove-tag", "vip"],
        edits=[
            update(["--set", "name=Ann Lee"], {"name": "Ann Lee"}),
            update(["--clear", "name"], {"name": ""}),
            update(["--set", "phone=919800000000"], {"mobile": "919800000000"}),
            update(["--set", "email=ann@example.com"], attribute("email", "ann@example.com")),
            update(["--clear", "email"], attribute("email", "")),
            update(["--set-attr", "city=Delhi"], attribute("city", "Delhi")),
            update(["--unset-attr", "city"], attribute("city", "")),
            update(["--add-tag", "vip"], {"tags": ["trial", "vip"]}),
            update(["--remove-tag", "trial"], {"tags": []}),
            update(["--flag", "optin=yes"], {"optin": True}),
            update(["--flag", "blocked=yes"], {"incomingBlocked": True}),
        ],
        failures=[
            Failure(["list"], READ, 401, 4, "did not accept the token"),
            Failure(["list"], READ, 500, 1, "listing contacts"),
            Failure(["show", contact], READ, 404, 3, "reading contact"),
            Failure(["edit", contact, "--set", "name=Ann"], WRITE, 400, 1, "saving contact"),
            Failure(["edit", contact, "--set", "name=Ann"], WRITE, 401, 4, "saving contact"),
            Failure(["edit", contact, "--set", "name=Ann"], WRITE, 404, 3, "saving contact"),
            Failure(["edit", contact, "--set", "name=Ann"], WRITE, 500, 1, "saving contact"),
        ],
        wrong=("PUT", path, {"authorization": "Bearer x"}, {"name": 5}),
        headers={"Authorization": "Bearer sandbox"},
        note="the documents are our reading of the vendor's tables",
    )


def opencx():
    contact = "8b0e6c1e-7a55-4a0e-9d3b-0f3f7f0c2a11"
    path = f"/contacts/{contact}"
    kept = {"plan": "team", "tags": "trial"}

    def update(arguments, body, stored=0):
        return Edit(arguments, [("PATCH", path, {"contact": body})], stored=stored)

    def saving(status, code, says):
        return Failure(["edit", contact, "--set", "name=Ann"], WRITE, status, code, says)

    return Provider(
        name="opencx",
        settings=['provider = "opencx"', 'tags_attribute = "tags"', 'token = { env = "CARDEX_SANDBOX_TOKEN" }'],
        contact=contact,
        before=["--set", "name=A", "email=a@example.com", "phone=+442079460998", "--set-attr", "plan=team",
                "--add-tag", "trial", "--remove-tag", "vip"],
        edits=[
            update(["--set", "name=Ann Lee"], {"name": "Ann Lee"}),
            update(["--clear", "name"], {"name": ""}),
            update(["--set", "email=a+@b.co"], {"email": "a+@b.co"}),
            update(["--set", "phone=+442079460999"], {"phone": "+442079460999"}),
            update(["--clear", "phone"], {"phone": ""}),
            update(["--set-attr", "plan=gold"], {"custom_data": {**kept, "plan": "gold"}}),
            update(["--set-attr", "seats=5"], {"custom_data": {**kept, "seats": "5"}}),
            # Whether a key can be removed is not known: the sandbox plays a vendor that keeps it, and cardex says so.
            update(["--unset-attr", "plan"], {"custom_data": {"tags": "trial"}}, stored=6),
            update(["--add-tag", "vip"], {"custom_data": {**kept, "tags": "trial, vip"}}),
            update(["--remove-tag", "trial"], {"custom_data": {**kept, "tags": ""}}),
        ],
        failures=[
            Failure(["list"], READ, 401, 4, "did not accept the"),
            Failure(["list"], READ, 403, 4, "contacts:read"),
            Failure(["list"], READ, 500, 1, "listing contacts"),
            saving(401, 4, "saving contact"),
            saving(403, 4, "contacts:write"),
            saving(404, 3, "saving contact"),
            saving(409, 1, "another contact has this"),
            saving(422, 1, "saving contact"),
            saving(500, 1, "saving contact"),
        ],
        wrong=("PATCH", path, {"authorization": "Bearer x"}, {"contact": {"email": "a..b@c.co"}}),
        headers={"Authorization": "Bearer sandbox"},
        note="the update is the vendor's document, list and search are our reading of its pages",
    )


def revyops():
    path = "/public/v2/contacts/481"

    def update(arguments, body):
        return Edit(arguments, [("PATCH", path, body)])

    def field(name, value):
        return {"contact_custom_fields": [{"field_name": name, "field_value": value}]}

    def saving(status, code, says):
        return Failure(["edit", "481", "--set", "first_name=Ann"], WRITE, status, code, says)

    return Provider(
        name="revyops",
        settings=['provider = "revyops"', 'tags_attribute = "Persona tags"',
                  'auth = { header = "x-api-key", token = { env = "CARDEX_SANDBOX_TOKEN" } }'],
        contact="481",
        before=["--set", "first_name=A", "last_name=B", "email=a@example.com", "contact_status=Active",
                "linkedin_url=https://www.linkedin.com/in/a", "origin=import", "--set-attr", "Tier=gold",
                "--add-tag", "trial", "--remove-tag", "vip", "--allow-new-field"],
        edits=[
            update(["--set", "first_name=Ann"], {"first_name": "Ann"}),
            update(["--clear", "first_name"], {"first_name": ""}),
            update(["--set", "last_name=Lee"], {"last_name": "Lee"}),
            update(["--set", "email=ann@example.com"], {"email": "ann@example.com"}),
            update(["--clear", "email"], {"email": ""}),
            update(["--set", "linkedin_url=https://www.linkedin.com/in/ann"],
                   {"linkedin_url": "https://www.linkedin.com/in/ann"}),
            update(["--clear", "company_id"], {"company_id": None}),
            update(["--set", "company_id=1"], {"company_id": 1}),
            update(["--set", "origin=api"], {"origin": "api"}),
            update(["--set", "contact_status=Unsubscribed"], {"contact_status": "Unsubscribed"}),
            update(["--set-attr", "Tier=silver"], field("Tier", "silver")),
            update(["--unset-attr", "Tier"], field("Tier", None)),
            update(["--add-tag", "vip"], field("Persona tags", "trial, vip")),
            update(["--remove-tag", "trial"], field("Persona tags", None)),
        ],
        failures=[
            Failure(["list"], READ, 401, 4, "not about signing in"),
            Failure(["list"], READ, 403, 4, "did not accept the"),
            Failure(["list"], READ, 500, 1, "listing contacts"),
            Failure(["show", "481"], READ, 404, 3, "reading contact 481"),
            saving(400, 1, "saving contact 481"),
            saving(401, 4, "not about signing in"),
            saving(403, 4, "did not accept the"),
            saving(404, 3, "saving contact 481"),
            saving(409, 1, "e-mail or LinkedIn"),
            saving(500, 1, "saving contact 481"),
        ],
        wrong=("PATCH", path, {"x-api-key": "x"}, {"first_name": 5}),
        headers={"x-api-key": "sandbox"},
        note="the update is the vendor's document, list and get are our reading of its pages and of a transcription",
    )


def chatwoot_public():
    contact = "/public/api/v1/inboxes/inbox-1/contacts/source-481"
    # What the vendor's page computes, by a library that is not cardex's.
    signature = hmac.new(b"inbox-key", b"crm-481", hashlib.sha256).hexdigest()
    proof = {"identifier": "crm-481", "identifier_hash": signature}

    def update(arguments, body, code=6):
        return Edit(arguments, [("PATCH", contact, {**body, **proof})], code)

    def saving(status, code):
        # A contact is read by a PATCH that changes nothing, so the read is what fails.
        return Failure(["edit", "source-481", "--set", "name=Ann"], WRITE, status, code, "source-481")

    return Provider(
        name="chatwoot-public",
        settings=['provider = "chatwoot-public"', 'inbox_identifier = "inbox-1"',
                  'hmac_token = { env = "CARDEX_SANDBOX_HMAC" }'],
        contact="source-481",
        before=["--set", "name=A", "email=a@example.com", "phone=+442079460998", "--set-attr", "plan=team",
                "--allow-merge"],
        edits=[
            update(["--set", "name=Ann Lee"], {"name": "Ann Lee"}),
            update(["--set", "email=ann@example.com", "--allow-merge"], {"email": "ann@example.com"}),
            update(["--set", "phone=+442079460999", "--allow-merge"], {"phone_number": "+442079460999"}),
            update(["--set", "avatar_url=https://example.com/a.png"], {"avatar_url": "https://example.com/a.png"}, 0),
            update(["--set-attr", "plan=gold"], {"custom_attributes": {"plan": "gold"}}),
        ],
        failures=[saving(404, 3), saving(422, 1), saving(500, 1)],
        wrong=("PATCH", contact, {}, {"name": 5}),
        headers={},
        note="status codes and failures are our reading of the vendor's server",
        # This API has no listing: a roster is kept of whom there is.
        prepare_mock=["roster", "add", "source-481", "--identifier", "crm-481"],
        prepare_sandbox=["roster", "from", "practice-chatwoot"],
        listed=15,
    )


PROVIDERS = {provider.name: provider for provider in
             (chatwoot(), chatwoot_public(), opencx(), revyops(), pabbly())}
