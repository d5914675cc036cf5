"""What Bazel's `starlark_doc_extract` tells of a `.bzl` file: the message `ModuleInfo` of its stardoc_output.proto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textproto import Message, Value, parse


def _text(message: Message, field: str) -> str:
    """The value of a field, which is left out where it is the default."""
    text = str(message.get(field, [""])[0])
    try:
        # Older versions of Bazel take each byte of a docstring's UTF-8 for a character.
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _messages(message: Message, field: str) -> Iterator[Message]:
    for value in message.get(field, []):
        yield _message(value)


def _message(value: Value) -> Message:
    if isinstance(value, dict):
        return value
    raise ValueError(f"{value!r} stands where a message must")


@dataclass(frozen=True)
class Attribute:
    """An attribute of a rule or of a module extension's tag, or a parameter of a function, which has no type."""

    name: str
    doc: str
    type: str
    mandatory: bool
    # As Starlark writes it.
    default: str

    @classmethod
    def of(cls, message: Message) -> Attribute:
        return cls(
            name=_text(message, "name"),
            doc=_text(message, "doc_string"),
            type=_text(message, "type"),
            mandatory=_text(message, "mandatory") == "true",
            default=_text(message, "default_value"),
        )


@dataclass(frozen=True)
class Entity:
    """A rule, a function, a provider or a module extension's tag."""

    name: str
    doc: str
    # Attributes, parameters or fields.
    attributes: list[Attribute]

    def attribute(self, name: str) -> Attribute | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


def _entities(message: Message, field: str, name: str, attributes: str) -> list[Entity]:
    return [
        Entity(
            name=_text(entity, name),
            doc=_text(entity, "doc_string"),
            attributes=[Attribute.of(attribute) for attribute in _messages(entity, attributes)],
        )
        for entity in _messages(message, field)
    ]


@dataclass(frozen=True)
class Extension:
    """A module extension."""

    name: str
    doc: str
    tags: list[Entity]


@dataclass(frozen=True)
class Module:
    """A `.bzl` file."""

    doc: str
    rules: list[Entity]
    functions: list[Entity]
    providers: list[Entity]
    extensions: list[Extension]

    @classmethod
    def of(cls, text: str) -> Module:
        """Reads a ModuleInfo in the text format."""
        message = parse(text)
        return cls(
            doc=_text(message, "module_docstring"),
            rules=_entities(message, "rule_info", "rule_name", "attribute"),
            functions=_entities(message, "func_info", "function_name", "parameter"),
            providers=_entities(message, "provider_info", "provider_name", "field_info"),
            extensions=[
                Extension(
                    name=_text(extension, "extension_name"),
                    doc=_text(extension, "doc_string"),
                    tags=_entities(extension, "tag_class", "tag_name", "attribute"),
                )
                for extension in _messages(message, "module_extension_info")
            ],
        )
