"""cardex as a user runs it: a configuration file, a folder of data, arguments; and its sandbox."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

# What accounts on a mock take their secrets from. None is one: nothing listens but on this machine.
SECRETS = {"CARDEX_SANDBOX_TOKEN": "sandbox", "CARDEX_SANDBOX_HMAC": "inbox-key"}


class Ran:
    """How a command ended."""

    def __init__(self, arguments, done):
        self.arguments = arguments
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __str__(self):
        return f"cardex {' '.join(self.arguments)}: code {self.code}\n{self.out}{self.err}"


class Cardex:
    """One account in a folder of its own; `others` are the sections of further ones."""

    def __init__(self, binary, folder, settings, base_url, variables=None, others=""):
        self.binary = binary
        self.variables = variables or {}
        self.folder = Path(folder)
        # What an earlier run kept must not help this one.
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "config.toml"
        lines = ['default_account = "here"', "[accounts.here]", f'base_url = "{base_url}"',
                 'rate = "60000/min"', "mirror = false", *settings, others]
        self.config.write_text("\n".join(lines) + "\n")
        self.config.chmod(0o600)

    def run(self, *arguments, seconds=60):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("CARDEX_") and "proxy" not in k.lower()}
        env.update(SECRETS, NO_COLOR="1", **self.variables)
        command = [self.binary, "--config", self.config, "--data-dir", self.folder / "data", *arguments]
        done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, capture_output=True,
                              env=env, timeout=seconds)
        return Ran(arguments, done)


class Sandbox:
    """`cardex sandbox PROVIDER` on a free port, and the settings that it prints for reaching it."""

    def __init__(self, children, binary, provider, folder, contacts=40):
        self.child = children.start(
            f"cardex sandbox {provider}",
            [binary, "sandbox", provider, "--port", "0", "--contacts", contacts,
             "--config", Path(folder) / "none.toml", "--data-dir", Path(folder) / "data"],
            Path(folder) / "sandbox.log")
        self.child.wait_for("Serving until")
        text = self.child.text().split("Serving until")[0]
        # A server may have several APIs, and a section for each.
        sections = text.split("[accounts.")[1:]
        section = next(part for part in sections if f'provider = "{provider}"' in part)
        self.others = "".join(f"[accounts.{part}" for part in sections if part != section)
        lines = [line for line in section.splitlines() if re.match(r"\w+ = ", line)]
        self.base_url = next(re.match(r'base_url = "(.*)"', line)[1] for line in lines
                             if line.startswith("base_url"))
        self.settings = [line for line in lines if not line.startswith("base_url")]
        self.variables = dict(re.findall(r"^# export (\w+)=(.*)$", text, re.M))

    def other(self, name):
        """A setting of the other sections."""
        return re.search(rf'^{name} = "(.*)"$', self.others, re.M)[1]
