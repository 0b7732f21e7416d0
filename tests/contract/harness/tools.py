"""The tools that nobody here wrote: installed from npm and PyPI into a cache folder, at pinned versions."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


class Missing(Exception):
    """A program that installing needs is not on this machine."""


def run(command, log, cwd=None):
    with open(log, "wb") as output:
        code = subprocess.call([str(c) for c in command], cwd=cwd, stdin=subprocess.DEVNULL,
                               stdout=output, stderr=subprocess.STDOUT)
    if code:
        tail = Path(log).read_text("utf-8", "replace")[-2000:]
        raise RuntimeError(f"{' '.join(map(str, command))} ended with code {code}:\n{tail}")


def stamped(folder, inputs, make):
    """Makes `folder` unless it was made from these inputs before."""
    digest = hashlib.sha256(b"".join(Path(i).read_bytes() for i in inputs)).hexdigest()
    stamp = folder / ".made-from"
    if stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make()
    stamp.write_text(digest)


class Tools:
    """Where the installed tools are. `missing` has a reason for each side, npm and pip, that can not be had."""

    def __init__(self, cache):
        self.cache = Path(cache)
        self.npm = self.cache / "npm"
        self.venv = self.cache / "python"
        self.missing = {}
        self.broken = []

    @property
    def python(self):
        return self.venv / "bin" / "python"

    @property
    def schemathesis(self):
        return self.venv / "bin" / "schemathesis"

    def prism(self, *arguments):
        """Prism's command: node itself, so that its PID is the one to end."""
        program = self.npm / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
        return [self.node, program, *arguments]

    def install(self):
        """Installs both sides at once."""
        self.cache.mkdir(parents=True, exist_ok=True)
        self.node = shutil.which("node")
        threads = [threading.Thread(target=self.attempt, args=side)
                   for side in (("npm", self.install_npm), ("pip", self.install_pip))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.broken:
            raise RuntimeError("\n".join(self.broken))

    def attempt(self, side, install):
        try:
            install()
        except Missing as missing:
            self.missing[side] = str(missing)
        except Exception as error:
            self.broken.append(f"installing with {side}: {error}")

    def install_npm(self):
        npm = shutil.which("npm")
        if not self.node or not npm:
            raise Missing("node or npm is not installed")
        inputs = [HERE / "package.json", HERE / "package-lock.json"]

        def make():
            for path in inputs:
                shutil.copy(path, self.npm)
            run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                self.cache / "npm.log", self.npm)

        stamped(self.npm, inputs, make)

    def install_pip(self):
        inputs = [HERE / "requirements.txt", HERE / "constraints.txt"]

        def make():
            try:
                run([sys.executable, "-m", "venv", self.venv], self.cache / "venv.log")
            except RuntimeError as error:
                raise Missing(f"python3 can not make a virtual environment with pip ({error})") from None
            run([self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 "-r", inputs[0], "-c", inputs[1]], self.cache / "pip.log")

        stamped(self.venv, inputs, make)


def build(root):
    """Builds the program as a developer would; the path of it."""
    cargo = shutil.which("cargo")
    if not cargo:
        raise RuntimeError("cargo is not installed")
    subprocess.run([cargo, "build", "--locked", "--quiet", "--bin", "cardex"], cwd=root, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or root / "target")
    return (root / target / "debug" / "cardex").resolve()
