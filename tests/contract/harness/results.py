"""What passed and what failed, step by step, and the summary at the end."""

import time


class Step:
    """One step's checks."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = []
        self.skipped = None
        self.note = ""
        self.began = time.monotonic()
        self.seconds = 0.0

    def check(self, what, good, detail=""):
        """Counts one check; tells of a failed one at once."""
        if good:
            self.passed += 1
        else:
            self.failed.append(what)
            told = str(detail).strip().replace("\n", "\n      ")
            print(f"   FAILED {what}" + (f"\n      {told}" if told else ""), flush=True)
        return bool(good)

    def end(self):
        self.seconds = time.monotonic() - self.began

    def line(self):
        if self.skipped:
            return f"{self.name}: SKIPPED, {self.skipped}"
        note = f" ({self.note})" if self.note else ""
        return f"{self.name}: {self.passed} passed, {len(self.failed)} failed, {self.seconds:.0f} s{note}"


class Results:
    """All steps of a run."""

    def __init__(self):
        self.steps = []

    def step(self, name):
        print(f"-- {name}", flush=True)
        step = Step(name)
        self.steps.append(step)
        return step

    def skip(self, name, reason):
        step = Step(name)
        step.skipped = reason
        self.steps.append(step)
        print(f"-- {name}: SKIPPED, {reason}", flush=True)

    def summary(self):
        return "\n".join(step.line() for step in self.steps)

    def good(self):
        """Whether every step ran checks and none failed; skipped ones do not count."""
        return all(step.skipped or (step.passed and not step.failed) for step in self.steps)
