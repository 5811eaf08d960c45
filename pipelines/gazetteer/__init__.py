"""The names of countries, regions and cities, for Normalize's datelines and Enrich's places."""

from pipelines.gazetteer.cities import cities as cities
from pipelines.gazetteer.names import Lexicon as Lexicon
from pipelines.gazetteer.names import country_name as country_name
from pipelines.gazetteer.names import lexicon as lexicon
from pipelines.gazetteer.names import territories as territories
from pipelines.gazetteer.place import Place as Place
