"""Runs a shell script on a terminal of its own and plays the person in front of it.

Standard input: {"script": ..., "steps": [{"expect": text, "columns": new width, "send": text}], "env": {...}, "cwd": ...}
Standard output: {"shown": all that was shown, "code": ..., "signal": ..., "echo": whether the terminal echoes afterwards}
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

LIMIT_SECONDS = 60

request = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(request["cwd"])
    os.execve("/bin/sh", ["/bin/sh", "-c", request["script"]], request["env"])

shown = b""
searched = 0
steps = list(request["steps"])
end = time.monotonic() + LIMIT_SECONDS
echo = None
while time.monotonic() < end:
    if steps:
        found = shown.find(steps[0]["expect"].encode(), searched)
        if found >= 0:
            searched = found + len(steps[0]["expect"].encode())
            step = steps.pop(0)
            if "columns" in step:
                fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, step["columns"], 0, 0))
            os.write(terminal, step["send"].encode())
            continue
    ready, _, _ = select.select([terminal], [], [], 0.05)
    if ready:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # nobody holds the terminal any more
            break
        if not data:
            break
        shown += data
    echo = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)

if time.monotonic() >= end:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
json.dump(
    {
        "shown": shown.decode("utf-8", "replace"),
        "code": os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "echo": echo,
        "left": len(steps),
    },
    sys.stdout,
)
