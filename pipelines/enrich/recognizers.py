"""Which recognizer of names the settings ask for."""

from models.settings import EnrichSettings
from pipelines.enrich.names import OwnRecognizer, Recognizer
from pipelines.enrich.spacy_names import SpacyRecognizer, check_pipelines


def open_recognizer(settings: EnrichSettings) -> Recognizer | None:
    """The recognizer, if names are wanted. Raises SetupError as `check_recognizer` does."""
    check_recognizer(settings)
    match settings.extractor:
        case "newsbeam":
            return OwnRecognizer()
        case "spacy":
            return SpacyRecognizer(settings.spacy)
        case "none":
            return None


def check_recognizer(settings: EnrichSettings) -> None:
    """Raises SetupError where what the settings ask for is not installed; takes no time."""
    if settings.extractor == "spacy":
        check_pipelines(settings.spacy)
