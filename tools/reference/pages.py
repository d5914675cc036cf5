"""The pages of the reference, from what Bazel tells of the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from layout import (
    DESCRIBED_BY,
    EVENT_SOURCE,
    EVERY_RULE,
    FILES_OF_EVENTS,
    GROUPS,
    OTHERS,
    OWN_TYPES,
    RULES,
    TYPES,
)
from prose import linker, markdown, part_output_groups, sentence, summary
from starlark_docs import Attribute, Entity, Extension, Module
from wrapping import wrap

UPDATE = "bazel run //docs/reference:update"
_NOTE = f"<!-- Written from the docstrings by `{UPDATE}`: edit those. -->"


class Incomplete(Exception):
    """What the docstrings lack, all of it."""


@dataclass
class Facts:
    """What Bazel tells beside docstrings: see `facts.bzl`."""

    forwarded: dict[str, list[str]]
    of_others: dict[str, list[str]]
    output_groups: dict[str, list[str]]
    settings: list[dict[str, object]]


@dataclass
class Sources:
    """What the pages are made from."""

    defs: Module
    event_source: Module
    extensions: Module
    image: Module
    repositories: Module
    # The rules below the macros, each named by its macro, a point, and a name.
    below: Module
    facts: Facts


@dataclass
class _Reference:
    sources: Sources
    problems: list[str] = field(default_factory=list)
    # The pages that take each attribute, by its name.
    index: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sources = self.sources
        self.pages = {symbol: "defs.md" for names in GROUPS.values() for symbol in names}
        self.pages |= {entity.name: "image.md" for entity in sources.image.functions}
        self.pages |= {entity.name: "repositories.md" for entity in sources.repositories.functions}
        for extension in sources.extensions.extensions:
            self.pages |= {name: "extensions.md" for name in (extension.name, *_tags(extension))}
        self.macros = {
            function.name: function
            for module in (sources.defs, sources.image)
            for function in module.functions
            if function.name in sources.facts.forwarded
        }
        # Whatever a name in code is linked to.
        self.symbols = self.pages | {EVENT_SOURCE: "defs.md"}
        for owner in sorted(set(OTHERS) ^ set(sources.facts.of_others)):
            what = "`OTHERS`, and not in `OF_OTHERS`" if owner in OTHERS else "`OF_OTHERS`, and not in `OTHERS`"
            self.problems.append(f"`{owner}` is in {what}")

    def linker(self, page: str, own: str = "") -> Callable[[str], str]:
        return linker(self.symbols, page, own)

    # What attributes are.

    def _below(self, macro: str, name: str) -> Attribute | None:
        """The attribute of a rule below a macro."""
        for rule in self.sources.below.rules:
            found = rule.attribute(name) if rule.name.startswith(macro + ".") else None
            if found:
                return found
        return None

    def _type(self, symbol: str, attribute: Attribute) -> str:
        if symbol == "rust_lambda_test" and attribute.name in FILES_OF_EVENTS:
            return "dict from labels to labels"
        if attribute.name in OWN_TYPES:
            return OWN_TYPES[attribute.name]
        below = self._below(symbol, attribute.name)
        type_ = attribute.type or (below.type if below else "")
        if not type_ and symbol in DESCRIBED_BY:
            return self._type(DESCRIBED_BY[symbol], attribute)
        if type_ in TYPES:
            return TYPES[type_]
        if attribute.default.isdigit():
            return "integer"
        if attribute.default in ("True", "False"):
            return "boolean"
        if attribute.default.startswith('"'):
            return "string"
        if attribute.default.startswith("["):
            return "list of strings"
        self.problems.append(f"{symbol}: of what type `{attribute.name}` is, neither a rule says nor `OWN_TYPES`")
        return ""

    def _described(self, symbol: str, attribute: Attribute, page: str) -> str:
        """An attribute as an item of a list."""
        if attribute.mandatory:
            need = "mandatory"
        elif attribute.default in ("", "None", '""', "[]", "{}"):
            need = "optional"
        else:
            need = f"default `{attribute.default}`"
        if not attribute.doc.strip():
            self.problems.append(f"{symbol}: `{attribute.name}` has no description")
        self.index.setdefault(attribute.name, set()).add(symbol)
        text = f"**`{attribute.name}`**: {self._type(symbol, attribute)}, {need}. {sentence(attribute.doc)}"
        return markdown("- " + text.replace("\n", "\n  "), self.linker(page, symbol))

    def _forwarded(self, macro: str, page: str) -> Iterator[str]:
        """What a macro hands on, as items of a list."""
        others = {name: owner for owner, names in self.sources.facts.of_others.items() for name in names}
        of_others: dict[str, list[str]] = {}
        named = self.macros[macro]
        for name in sorted(self.sources.facts.forwarded[macro]):
            describing = self.macros.get(DESCRIBED_BY.get(macro, ""))
            found = describing.attribute(name) if describing else None
            found = found or self._below(DESCRIBED_BY.get(macro, macro), name)
            if named.attribute(name):
                self.problems.append(f"{macro}: `{name}` is both named and handed on")
            elif found:
                yield self._described(macro, found, page)
            elif name in others:
                of_others.setdefault(others[name], []).append(name)
            else:
                self.problems.append(f"{macro}: `{name}` is described by no rule, and in no list of `OF_OTHERS`")
        for owner, names in of_others.items():
            for name in names:
                self.index.setdefault(name, set()).add(macro)
            yield _item(f"{_listed(names)}: as in {OTHERS.get(owner, owner)}.")

    # What pages are made of.

    def function(self, function: Entity, page: str) -> str:
        """The part of a page that describes a macro or a function."""
        doc, groups = part_output_groups(function.doc)
        parts = [f"## {function.name}", markdown(doc, self.linker(page, function.name))]
        if not doc.strip():
            self.problems.append(f"{function.name} has no docstring")
        residual = [parameter for parameter in function.attributes if parameter.name == "kwargs"]
        attributes = [
            self._described(function.name, parameter, page)
            for parameter in function.attributes
            if parameter not in residual
        ]
        if function.name in self.macros:
            attributes += self._forwarded(function.name, page)
            doc = sentence(residual[0].doc).replace("every rule", EVERY_RULE, 1)
            attributes.append(
                markdown(f"- **`**kwargs`**: {doc}".replace("\n", "\n  "), self.linker(page, function.name))
            )
        if attributes:
            parts += ["### Attributes" if function.name in self.macros else "### Arguments", "\n".join(attributes)]
        if groups:
            items = [
                markdown(f"- **`{name}`**: {sentence(text)}", self.linker(page))
                for name, text in sorted(groups.items())
            ]
            parts += ["### Output groups", "For `bazel build --output_groups=GROUP`:", "\n".join(items)]
        self._check_output_groups(function.name, groups)
        return "\n\n".join(parts)

    def _check_output_groups(self, macro: str, described: dict[str, str]) -> None:
        actual = self.sources.facts.output_groups.get(macro, [])
        for group in sorted(set(actual) ^ set(described)):
            what = "is described, and no target has it" if group in described else "has no description"
            self.problems.append(f"{macro}: the output group `{group}` {what}; see `Output groups:` in its docstring")

    def provider(self, provider: Entity, page: str) -> str:
        """The part of a page that describes a provider."""
        for attribute in provider.attributes:
            if not attribute.doc.strip():
                self.problems.append(f"{provider.name}: `{attribute.name}` has no description")
        fields = [
            markdown(f"- **`{attribute.name}`**: {attribute.doc.strip()}", self.linker(page, provider.name))
            for attribute in provider.attributes
        ]
        return "\n\n".join(
            [
                f"## {provider.name}",
                markdown(sentence(provider.doc), self.linker(page, provider.name)),
                "### Fields",
                "\n".join(fields),
            ]
        )

    def defs(self) -> str:
        """The page of `defs.bzl`."""
        page = "defs.md"
        module = self.sources.defs
        entities = {entity.name: entity for entity in module.functions + module.providers + module.rules}
        listed = [name for names in GROUPS.values() for name in names]
        for name in sorted(set(entities) ^ set(listed)):
            what = "is in no group of `GROUPS`" if name in entities else "is in `GROUPS`, and not in defs.bzl"
            self.problems.append(f"`{name}` {what}")
        providers = {provider.name for provider in module.providers}
        parts = [self.head(f"`{RULES}defs.bzl`", module.doc, page)]
        parts.append(
            "\n".join(_item(f"{group}: {self.linker(page)(_listed(names))}") for group, names in GROUPS.items())
        )
        for name in listed:
            if name == GROUPS["Event sources"][0]:
                parts += [
                    f"## {EVENT_SOURCE}",
                    markdown(self.sources.event_source.doc, self.linker(page, EVENT_SOURCE)),
                ]
            if name in entities:
                describe = self.provider if name in providers else self.function
                parts.append(describe(entities[name], page))
        return "\n\n".join(parts) + "\n"

    def functions(self, page: str, module: Module) -> str:
        """The page of a file that has functions."""
        parts = [self.head(f"`{RULES}{page.removesuffix('.md')}.bzl`", module.doc, page)]
        parts += [self.function(function, page) for function in module.functions]
        return "\n\n".join(parts) + "\n"

    def extensions(self) -> str:
        """The page of the module extensions."""
        page = "extensions.md"
        module = self.sources.extensions
        parts = [self.head(f"`{RULES}extensions.bzl`", module.doc, page)]
        for extension in module.extensions:
            parts += [f"## {extension.name}", markdown(sentence(extension.doc), self.linker(page, extension.name))]
            for symbol, tag in _tags(extension).items():
                parts += [f"### {symbol}", markdown(sentence(tag.doc), self.linker(page))]
                parts.append("\n".join(self._described(symbol, attribute, page) for attribute in tag.attributes))
        return "\n\n".join(parts) + "\n"

    def settings(self) -> str:
        """The page of the settings."""
        page = "settings.md"
        doc = "Settings of a build, for the command line, `.bazelrc` and `config_setting`."
        parts = [self.head("`@rules_rust_lambda//rules/settings`", doc, page)]
        for setting in self.sources.facts.settings:
            label = str(setting["label"])
            help_ = str(setting["help"])
            if not help_:
                self.problems.append(f"{label} has no `help`")
            default = setting["default"]
            kind = "list of labels or strings" if "list" in str(setting["kind"]) else "string"
            need = f"default `{default}`" if default else "empty by default"
            values = setting["values"]
            allowed = f"; one of {_listed(sorted(values))}" if isinstance(values, list) and values else ""
            parts += [
                f"## {label.partition(':')[2]}",
                f"`--@rules_rust_lambda{label}`: {kind}, {need}{allowed}.",
                markdown(help_, self.linker(page)),
            ]
        return "\n\n".join(parts) + "\n"

    def head(self, title: str, doc: str, page: str) -> str:
        """The beginning of a page."""
        return "\n\n".join([f"# {title}", _NOTE, markdown(doc, self.linker(page))])

    def readme(self) -> str:
        """The first page, which leads to what the others have. It is written last."""
        page = "README.md"
        link = self.linker(page)
        sources = self.sources
        described = {
            entity.name: summary(entity.doc)
            for module in (sources.defs, sources.image, sources.repositories)
            for entity in module.functions + module.providers
        }
        described |= {extension.name: summary(extension.doc) for extension in sources.extensions.extensions}
        groups = GROUPS | {
            "Images": [function.name for function in sources.image.functions],
            "For MODULE.bazel": [extension.name for extension in sources.extensions.extensions],
            "For WORKSPACE": [function.name for function in sources.repositories.functions],
        }
        doc = (
            "Every rule, event source, provider, output group, setting and module extension of these rules, with its "
            "attributes. The guides, which say how they are used, are in [docs](..). The command `//:check`, which "
            "needs no target of yours, is described in [check.md](../check.md)."
        )
        parts = [self.head("Reference", doc, page)]
        for group, names in groups.items():
            items = [
                _item(link(f"`{name}`") + f": {link(sentence(described[name]))}") for name in names if name in described
            ]
            parts += [f"## {group}", "\n".join(items)]
        items = []
        for setting in sources.facts.settings:
            name = str(setting["label"]).partition(":")[2]
            items.append(_item(f"[`{name}`](settings.md#{name}): {link(sentence(summary(str(setting['help']))))}"))
        parts += ["## Settings", "\n".join(items)]
        takers: dict[str, list[str]] = {}
        for macro, output_groups in sources.facts.output_groups.items():
            for output_group in output_groups:
                takers.setdefault(output_group, []).append(macro)
        items = [_item(link(f"`{name}`: {_listed(sorted(macros))}")) for name, macros in sorted(takers.items())]
        parts += ["## Output groups", "\n".join(items)]
        items = [
            _item(f"`{name}`: {link(_listed(sorted(symbols)))}")
            for name, symbols in sorted(self.index.items())
            if name != "name"
        ]
        parts += ["## Attributes and arguments", "\n".join(items)]
        return "\n\n".join(parts) + "\n"


def _tags(extension: Extension) -> dict[str, Entity]:
    """The tags of an extension, as they are written."""
    return {f"{extension.name}.{tag.name}": tag for tag in extension.tags}


def _item(text: str) -> str:
    """An item of a list."""
    return "\n".join(wrap(text, "- ", "  "))


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def pages(sources: Sources) -> dict[str, str]:
    """Writes the pages.

    Returns:
        Their texts, by their files' names.

    Raises:
        Incomplete: something has no description, or what describes it is of something that there is not.
    """
    reference = _Reference(sources)
    written = {
        "defs.md": reference.defs(),
        "extensions.md": reference.extensions(),
        "image.md": reference.functions("image.md", sources.image),
        "repositories.md": reference.functions("repositories.md", sources.repositories),
        "settings.md": reference.settings(),
    }
    written["README.md"] = reference.readme()
    if reference.problems:
        raise Incomplete("\n".join(["the reference can't be written:", *reference.problems]))
    return written
