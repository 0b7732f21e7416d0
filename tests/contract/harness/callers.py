"""API clients that nobody here wrote, against the sandbox; what they stored is read back through cardex."""
CALLERS = {}
