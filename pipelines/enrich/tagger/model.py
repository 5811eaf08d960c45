"""A tagger's weights for one language, and the file that holds them."""

import io
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipelines.enrich.tagger.features import Hashes, Lexicon

Floats = npt.NDArray[np.float32]
Marks = npt.NDArray[np.bool_]

KINDS = ("PER", "ORG", "LOC", "MISC")
LABELS = ("O", *(f"{part}-{kind}" for kind in KINDS for part in "BI"))
WINDOW = 5
"""Words that the first layer looks at; the second looks at three of its positions."""


class Model(NamedTuple):
    """The weights. A word is the sum of its features' rows, then a layer of its own; a sentence two layers over words.

    With V features, D numbers a feature, T a word, H a position: `rows` V x D and `scales` V (a row is int8 times its
    scale), `wide_in` D x W, `wide_out` W x T, `straight` D x T, `edge` T (beyond a sentence), `first` 5T x H,
    `second` 3H x H, `last` H x 9, and `follows` 9 x 9: the score of each label after each. The gate, `gate_in` T x G
    and `gate_out` G, says of a word by itself how likely it is of a name; `gate_last` has what is added before that is
    taken for a yes, for a word anywhere and for one beside such a word.
    """

    known: Hashes
    rows: npt.NDArray[np.int8]
    scales: Floats
    lexicon: Lexicon
    wide_in: Floats
    wide_bias: Floats
    wide_out: Floats
    straight: Floats
    word_bias: Floats
    edge: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    last: Floats
    last_bias: Floats
    follows: Floats
    begins: Floats
    gate_in: Floats
    gate_bias: Floats
    gate_out: Floats
    gate_last: Floats


def load_model(language: str) -> Model | None:
    """The packaged model of a language, if there is one."""
    path = files("config").joinpath(f"tagger/{language}.npz")
    return unpack(path.read_bytes()) if language.isalpha() and path.is_file() else None


def unpack(packed: bytes) -> Model:
    """A model out of the bytes of its file."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    lexicon = Lexicon(weights.pop("lexicon_hashes"), weights.pop("lexicon_bits"))
    floats = {name: array.astype(np.float32) for name, array in weights.items() if array.dtype == np.float16}
    return Model(**{**weights, **floats}, lexicon=lexicon)


def pack(model: Model) -> bytes:
    """The bytes of a model's file: its floats at half their size, compressed."""
    weights = {name: array for name, array in model._asdict().items() if name != "lexicon"}
    halves = {name: a.astype(np.float16) if a.dtype == np.float32 else a for name, a in weights.items()}
    halves["lexicon_hashes"], halves["lexicon_bits"] = model.lexicon
    out = io.BytesIO()
    np.savez_compressed(out, **halves)
    return out.getvalue()
