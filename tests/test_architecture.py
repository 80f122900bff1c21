# SPDX-License-Identifier: Apache-2.0
"""The rules of the house, read from the source: who imports whom, and what nobody may use."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src"

# Each line imports from the lines above it, and within a line without a circle.
LEVELS = (
    ("errors", "_asn1"),
    ("certificate", "storage"),
    ("keys",),
    ("credential", "vid"),
    ("formats", "inspection", "cms", "trust"),
    ("loading", "store", "discovery", "passwords", "token"),
    ("lifecycle",),
    ("services", "compat", "testing"),
    ("cli",),
)
LEVEL = {room: number for number, rooms in enumerate(LEVELS) for room in rooms}

# The front door names everything and `python -m kcert` opens the command; nothing imports them.
DOORS = ("__init__", "__main__")

LEAVES = ("services", "compat")

MAX_LINES = 300
# Modules that may be longer, and why.
LONG_MODULES = {
    "kcert": "the front door names everything public, a line each",
    "kcert.errors": "one tree in one file, so that the drawing at its top stays true",
}

FORBIDDEN_MODULES = {
    "random": "use secrets or os.urandom",
    "pickle": "loading it runs code",
    "marshal": "loading it runs code",
    "shelve": "loading it runs code",
    "telnetlib": "clear text",
}
FORBIDDEN_CALLS = ("eval", "exec", "compile", "__import__")
FORBIDDEN_ATTRIBUTES = (("os", "system"), ("os", "popen"), ("tempfile", "mktemp"))


@dataclass
class Module:
    name: str
    path: Path
    text: str
    tree: ast.Module
    imports: set[str] = field(default_factory=set)

    @property
    def room(self) -> str:
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "__init__"

    @property
    def is_private(self) -> bool:
        return any(part.startswith("_") for part in self.name.split("."))


def read_modules() -> dict[str, Module]:
    modules = {}
    for path in sorted((SOURCE / "kcert").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text("utf-8")
        modules[name] = Module(name, path, text, ast.parse(text))
    for module in modules.values():
        module.imports = set(imported(module, modules))
    return modules


def imported(module: Module, modules: dict[str, Module]):
    """Every module that this one imports, anywhere in it, late imports and typing included."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name}: relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules else node.module or ""


MODULES = read_modules()
OURS = [module for module in MODULES.values() if module.room not in DOORS]


def room_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def rooms_used(module: Module) -> set[str]:
    used = {room_of(name) for name in module.imports if name.split(".")[0] == "kcert"}
    return used - {module.room}


def offenders(modules, find) -> dict[str, object]:
    """What `find` objects to, by module name; for a failing test to show whole."""
    return {module.name: found for module in modules if (found := find(module))}


def private_parts_of_others(module: Module, allowed: tuple[str, ...]) -> set[str]:
    return {
        name
        for name in module.imports
        if name.startswith("kcert.")
        and room_of(name) not in allowed
        and any(part.startswith("_") for part in name.split("."))
    }


def forbidden_things(module: Module) -> set[str]:
    used = {name for name in module.imports if name.split(".")[0] in FORBIDDEN_MODULES}
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                used.add(name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                if (owner, name) in FORBIDDEN_ATTRIBUTES:
                    used.add(f"{owner}.{name}")
            case ast.keyword(arg="shell"):
                used.add("shell=")
    return used


def top_level_names(module: Module) -> list[str]:
    return [
        target.id
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def test_every_room_has_a_level():
    assert {module.room for module in OURS} <= set(LEVEL)


def test_a_room_imports_only_from_rooms_that_are_not_above_it():
    def above(module: Module) -> set[str]:
        return {
            room for room in rooms_used(module) if LEVEL.get(room, len(LEVELS)) > LEVEL[module.room]
        }

    # The command speaks to the front door, as any other program does.
    assert not offenders([module for module in OURS if module.room != "cli"], above)


def test_rooms_import_each_other_without_a_circle():
    graph: dict[str, set[str]] = {room: set() for room in LEVEL}
    for module in OURS:
        graph[module.room] |= rooms_used(module) - set(DOORS)

    assert list(TopologicalSorter(graph).static_order())


def test_leaves_are_imported_by_nobody():
    others = [module for module in OURS if module.room not in (*LEAVES, "cli")]

    assert not offenders(others, lambda module: rooms_used(module) & set(LEAVES))


def test_private_modules_stay_in_their_room():
    # `_asn1` is everybody's but the command's; other modules with an underscore are their room's.

    def strangers(module: Module) -> set[str]:
        shared = () if module.room == "cli" else ("_asn1",)
        return private_parts_of_others(module, (module.room, *shared))

    assert not offenders(OURS, strangers)


def test_only_the_asn1_room_imports_pyasn1():
    others = [module for module in MODULES.values() if module.room != "_asn1"]

    assert not offenders(
        others,
        lambda module: {name for name in module.imports if name.startswith("pyasn1")},
    )


def test_no_source_uses_dynamic_code_a_shell_or_weak_random_numbers():
    assert not offenders(MODULES.values(), forbidden_things)


def test_every_module_says_its_licence_and_what_it_is():
    def unsaid(module: Module) -> list[str]:
        licence = module.text.startswith("# SPDX-License-Identifier: Apache-2.0\n")
        docstring = bool(ast.get_docstring(module.tree))
        return [
            what
            for what, is_there in (("licence", licence), ("docstring", docstring))
            if not is_there
        ]

    assert not offenders(MODULES.values(), unsaid)


def test_every_public_module_lists_its_names():
    public = [module for module in MODULES.values() if not module.is_private]

    assert not offenders(public, lambda module: "__all__" not in top_level_names(module))


def test_no_module_is_too_long():
    long = offenders(
        MODULES.values(),
        lambda module: lines if (lines := module.text.count("\n")) > MAX_LINES else None,
    )

    assert set(long) == set(LONG_MODULES), long


def test_nothing_is_left_to_do():
    marks = ("TODO", "FIXME", "XXX", "NotImplementedError")

    assert not offenders(
        MODULES.values(), lambda module: [mark for mark in marks if mark in module.text]
    )
