# SPDX-License-Identifier: MIT
"""All rows of bad inputs, and the parts they are made of; rows.py says what a row is."""
from box import *  # noqa: F401,F403
from rows import AT_BYTE, ROWS  # noqa: F401
from rows_loader import *  # noqa: F401,F403
from rows_acpi import *  # noqa: F401,F403
import rows_pci  # noqa: F401
