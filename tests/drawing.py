"""One drawing room for all applications of a test run: its processes are started once."""

from __future__ import annotations

import atexit
from dataclasses import replace

from printing.queue.drawing_room import DrawingRoom
from warehouse.web.drawing import LIMITS

# Nobody stands before a test, and the machine may be busy with others.
ROOM = DrawingRoom(replace(LIMITS, longest_s=60.0, wait_s=120.0, idle_s=0.0))
atexit.register(ROOM.close)
