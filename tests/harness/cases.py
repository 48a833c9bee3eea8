# SPDX-License-Identifier: MIT
"""All cases, in the order in which they run."""
from case import CASES
import cases_machine  # noqa: F401
import cases_disk  # noqa: F401
import cases_loader  # noqa: F401
import cases_bad_inputs  # noqa: F401
import cases_modules  # noqa: F401
import cases_death  # noqa: F401
import cases_proc  # noqa: F401
import cases_tools  # noqa: F401

__all__ = ["CASES"]
