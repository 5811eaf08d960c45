"""The stages as Beam transforms.

A stage passes its records on and hands what ended to the ledger, which Commit reads. All stages up to the counts
are fused into one step by the runners, so that no article crosses a shuffle on one machine.
"""

from pipelines.transforms.collate import Collate as Collate
from pipelines.transforms.collate import article_of as article_of
from pipelines.transforms.collate import host_asked as host_asked
from pipelines.transforms.driver import Driver as Driver
from pipelines.transforms.ledger import PROGRESS as PROGRESS
from pipelines.transforms.ledger import SETTLED as SETTLED
from pipelines.transforms.ledger import Commit as Commit
from pipelines.transforms.ledger import Ledger as Ledger
from pipelines.transforms.spread import Spread as Spread
from pipelines.transforms.stage import ModelCoder as ModelCoder
from pipelines.transforms.stage import Plan as Plan
from pipelines.transforms.stage import close_stores as close_stores
from pipelines.transforms.stages import Complete as Complete
from pipelines.transforms.stages import Enrich as Enrich
from pipelines.transforms.stages import Fetch as Fetch
from pipelines.transforms.stages import Index as Index
from pipelines.transforms.stages import Normalize as Normalize
from pipelines.transforms.stages import Parse as Parse
from pipelines.transforms.stages import SelectNew as SelectNew
