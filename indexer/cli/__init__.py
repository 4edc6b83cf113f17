"""The command line of Fahras: the only part that prints, exits or reads the environment.

`app` wires the commands, one module a group of them; `render`, `records` and `template` turn
results into lines; `terminal` knows what a terminal may be sent. Nothing here searches.
"""

from __future__ import annotations

VERSION = "0.1.0"
"""The version of the distribution, kept here so that `fahras --version` imports nothing."""

OUT_OF_MEMORY = "out of memory: end other programs, or split the largest files"
