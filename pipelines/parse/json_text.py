"""Reads JSON as servers write it: control characters in strings, halves of characters."""

import json


def read_json(text: str) -> object:
    """The value; surrogates without their other half are left out. Raises ValueError and RecursionError."""
    value = json.loads(text, strict=False)
    if "\\u" not in text:
        return value
    written = json.dumps(value, ensure_ascii=False)
    whole = written.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return value if whole == written else json.loads(whole, strict=False)
