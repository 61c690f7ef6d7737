"""Pages of imports and exports."""

from .downloads import export, template
from .drafts import import_drafts
from .imports import (
    import_cancel,
    import_confirm,
    import_detail,
    import_faults,
    import_list,
    import_new,
    import_progress,
)

__all__ = [
    "export",
    "import_cancel",
    "import_confirm",
    "import_detail",
    "import_drafts",
    "import_faults",
    "import_list",
    "import_new",
    "import_progress",
    "template",
]
