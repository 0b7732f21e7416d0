"""Child processes: started with a log each, waited for, and ended whatever happens."""

import atexit
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


class Failed(Exception):
    """Something that the checks need did not come up."""


def free_port():
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Child:
    """One running process and the file that its output goes to."""

    def __init__(self, name, command, log, env=None):
        self.name = name
        self.log = Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=env)

    def text(self):
        return self.log.read_text("utf-8", "replace")

    def wait_for(self, words, seconds=30):
        """Waits until the log holds `words`."""
        end = time.monotonic() + seconds
        while words not in self.text():
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended with code {self.process.returncode}:\n{self.text()}")
            if time.monotonic() > end:
                raise Failed(f"{self.name} did not say {words!r} in {seconds} s:\n{self.text()}")
            time.sleep(0.05)
        return self

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Children:
    """All processes of a run. Each command is the program itself and no wrapper, so its PID is the one to end."""

    def __init__(self):
        self.running = []
        atexit.register(self.end)
        for number in (signal.SIGTERM, signal.SIGHUP):
            # Leaves by way of atexit.
            signal.signal(number, lambda n, _: sys.exit(128 + n))

    def start(self, name, command, log, env=None):
        child = Child(name, command, log, env)
        self.running.append(child)
        return child

    def end(self):
        for child in self.running:
            child.end()
        self.running.clear()
