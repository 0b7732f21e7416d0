"""What is asked of each provider: the account, the edits with the requests they must make, the failures.

The mock has no memory, so an edit there ends with code 6: accepted, and honestly told that something else is
stored. Where a value can not be read back by its nature the code is 0.
"""

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


PROVIDERS = {provider.name: provider for provider in (chatwoot(), pabbly())}
