#!/usr/bin/env python3
"""Makes one document per provider of the vendor's documents and our overlay.

    merge.py                 writes merged/PROVIDER.json anew: what `cargo test` reads
    merge.py --check         fails when one differs from what would be written
    merge.py --all FOLDER    writes PROVIDER.client.json, .mock.json and .server.json: what `run` uses

An overlay, `overlay/PROVIDER.yaml`:

    title: what is described
    parts:                       # which calls come from which document of specs/
      - from: FILE
        calls: [get /path, put /path/{id}]
        for: server              # as below
    additions:                   # in this order
      - reason: why the vendor's document alone does not do
        for: client              # or [client, server …]; left out: all
        at: JSON Pointer, or a list of them; * stands for every member
        merge: {...}             # or  set: ...  or  append: [...]  or  remove: true

Three sides. `client` judges what cardex sends and what it is answered: as narrow as the vendor's words. `mock` is
the same for inventing answers: it pins what a server without memory can not get right, such as the id that was
asked for. `server` judges what the sandbox does: as wide as the vendor's server. A component keeps its name with
that of its document in front (`pabbly-list-contacts.Contact`), since documents of one vendor disagree about a name.
A document of OpenAPI 3.0 is put into the terms of 3.1.
`x-made-from` holds the sources' SHA-256, by which `cargo test` sees that somebody forgot to run this.
"""

import copy
import hashlib
import json
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
SIDES = ("client", "mock", "server")
METHODS = {"get", "put", "post", "patch", "delete", "head", "options", "trace"}


class Wrong(Exception):
    """An overlay asks for something that is not there."""


def load(path):
    # JSON is YAML, but PyYAML is slow at large JSON.
    text = path.read_text("utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def renamed(node, stem):
    """The same with every reference to a component led to its new name."""
    if isinstance(node, list):
        return [renamed(item, stem) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: renamed(value, stem) for key, value in node.items()}
    target = node.get("$ref")
    if isinstance(target, str) and target.startswith("#/components/"):
        kind, name = target.split("/")[2:4]
        out["$ref"] = f"#/components/{kind}/{stem}.{name}"
    return out


def modern(node):
    """The same in OpenAPI 3.1, where null is a type among others: `nullable` of 3.0 is nothing there."""
    if isinstance(node, list):
        return [modern(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: modern(value) for key, value in node.items()}
    if out.get("nullable") is True and isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
        del out["nullable"]
    return out


def references(node):
    """The (kind, name) of every component that is referred to."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and target.startswith("#/components/"):
            yield tuple(target.split("/")[2:4])
        for value in node.values():
            yield from references(value)


def take(document, part):
    """Puts the calls of one vendor document into ours."""
    source = load(HERE / "specs" / part["from"])
    stem = Path(part["from"]).stem
    document["openapi"] = "3.1.0"
    if source["openapi"].startswith("3.0"):
        source = modern(source)
    if source.get("servers"):
        document.setdefault("servers", source["servers"])
    for call in part["calls"]:
        method, path = call.split(" ")
        item = source["paths"].get(path, {})
        if method not in item:
            raise Wrong(f"{part['from']} has no {call}")
        operation = copy.deepcopy(item[method])
        # What the document says for all its calls is said of each: other parts say something else.
        if "security" not in operation and "security" in source:
            operation["security"] = source["security"]
        shared = item.get("parameters", [])
        if shared:
            operation["parameters"] = shared + operation.get("parameters", [])
        place = document["paths"].setdefault(path, {})
        if method in place:
            raise Wrong(f"{call} comes from two documents")
        place[method] = renamed(operation, stem)
    for kind, members in source.get("components", {}).items():
        target = document["components"].setdefault(kind, {})
        for name, value in members.items():
            # Security is named by requirements, not by reference.
            key = name if kind == "securitySchemes" else f"{stem}.{name}"
            target[key] = renamed(value, stem)


def places(document, pointer):
    """(parent, key) of every place that a pointer names; the last member need not be there."""
    found = [document]
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    for depth, key in enumerate(keys):
        last = depth == len(keys) - 1
        after = []
        for parent in found:
            if isinstance(parent, list):
                chosen = range(len(parent)) if key == "*" else [int(key)]
            elif key == "*":
                chosen = [k for k in parent]
                if any(k in METHODS for k in parent):
                    chosen = [k for k in parent if k in METHODS]
            else:
                chosen = [key]
            for k in chosen:
                if last:
                    after.append((parent, k))
                elif isinstance(parent, list) or k in parent:
                    after.append(parent[k])
                else:
                    raise Wrong(f"{pointer}: there is no {k}")
        found = after
    if not found:
        raise Wrong(f"{pointer} names nothing")
    return found


def deep(base, over):
    """`over` laid over `base`, objects member by member."""
    if isinstance(base, dict) and isinstance(over, dict):
        out = dict(base)
        for key, value in over.items():
            out[key] = deep(base[key], value) if key in base else copy.deepcopy(value)
        return out
    return copy.deepcopy(over)


def add(document, addition):
    if not str(addition.get("reason", "")).strip():
        raise Wrong(f"an addition without a reason: {addition}")
    acts = [act for act in ("merge", "set", "append", "remove") if act in addition]
    if len(acts) != 1:
        raise Wrong(f"one of merge, set, append, remove: {addition}")
    pointers = addition["at"] if isinstance(addition["at"], list) else [addition["at"]]
    for pointer in pointers:
        for parent, key in places(document, pointer):
            there = isinstance(parent, list) or key in parent
            if acts == ["set"]:
                parent[key] = copy.deepcopy(addition["set"])
            elif acts == ["merge"]:
                parent[key] = deep(parent[key] if there else {}, addition["merge"])
            elif acts == ["append"]:
                parent[key] = (parent[key] if there else []) + copy.deepcopy(addition["append"])
            elif there:
                del parent[key]
            else:
                raise Wrong(f"{pointer}: nothing to remove")


def pruned(document):
    """Without components that nothing refers to."""
    wanted, open_ = set(), list(references(document["paths"]))
    while open_:
        kind, name = open_.pop()
        if (kind, name) not in wanted:
            wanted.add((kind, name))
            if name not in document["components"].get(kind, {}):
                raise Wrong(f"#/components/{kind}/{name} is referred to and missing")
            open_.extend(references(document["components"][kind][name]))
    named = {n for item in document["paths"].values() for call in item.values()
             if isinstance(call, dict) for rule in call.get("security", []) for n in rule}
    components = {}
    for kind, members in document["components"].items():
        kept = {n: v for n, v in members.items()
                if (kind, n) in wanted or (kind == "securitySchemes" and n in named)}
        if kept:
            components[kind] = kept
    document["components"] = components


def concerns(entry, side):
    """Whether a part or an addition belongs to this side."""
    sides = entry.get("for", SIDES)
    sides = [sides] if isinstance(sides, str) else sides
    if not set(sides) <= set(SIDES):
        raise Wrong(f"for: {sides} is not among {SIDES}")
    return side in sides or (side == "mock" and "client" in sides)


def merge(provider, side):
    """One merged document as text."""
    path = HERE / "overlay" / f"{provider}.yaml"
    overlay = load(path)
    document = {"info": {"title": overlay["title"], "version": side}, "paths": {}, "components": {}}
    parts = [part for part in overlay["parts"] if concerns(part, side)]
    for part in parts:
        take(document, part)
    for addition in overlay.get("additions", []):
        if concerns(addition, side):
            add(document, addition)
    pruned(document)
    sources = [path] + [HERE / "specs" / name for name in dict.fromkeys(p["from"] for p in parts)]
    document["x-made-from"] = {
        str(s.relative_to(HERE)): hashlib.sha256(s.read_bytes()).hexdigest() for s in sources}
    ordered = {key: document[key] for key in
               ("openapi", "info", "servers", "paths", "components", "x-made-from") if key in document}
    return json.dumps(ordered, indent=1, ensure_ascii=False) + "\n"


def providers():
    return sorted(path.stem for path in (HERE / "overlay").glob("*.yaml"))


def made(sides, name):
    """File name to text, for every provider."""
    texts = {}
    for provider in providers():
        for side in sides:
            try:
                texts[name.format(provider=provider, side=side)] = merge(provider, side)
            except Wrong as wrong:
                sys.exit(f"overlay/{provider}.yaml ({side}): {wrong}")
    return texts


def unused():
    """Vendor documents that no overlay takes anything from."""
    taken = {part["from"] for provider in providers()
             for part in load(HERE / "overlay" / f"{provider}.yaml")["parts"]}
    files = {path.name for path in (HERE / "specs").iterdir() if path.name != "README.md"}
    return sorted(files - taken)


def write(folder, texts):
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.json"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    print(f"{folder.name}/: {len(texts)} documents")


def check(folder, texts):
    there = {path.name: path.read_text("utf-8") for path in folder.glob("*")}
    stale = sorted(name for name in texts.keys() | there.keys() if texts.get(name) != there.get(name))
    if stale:
        sys.exit(f"merged/ is not what merge.py makes: {', '.join(stale)}; run merge.py")
    print(f"{folder.name}/: {len(texts)} documents are what merge.py makes")


def main(arguments):
    if arguments[:1] == ["--all"] and len(arguments) == 2:
        write(Path(arguments[1]), made(SIDES, "{provider}.{side}.json"))
    elif arguments in ([], ["--check"]):
        if unused():
            sys.exit(f"no overlay uses {', '.join(unused())}")
        act = check if arguments else write
        act(HERE / "merged", made(["client"], "{provider}.json"))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
