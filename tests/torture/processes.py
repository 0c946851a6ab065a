"""Processes that are stopped all at one instant."""

import os
import pathlib
import signal
import time

# Until the last thread stands; one that waits for the disk stands when that has answered.
STANDS_WITHIN_S = 60


def members(leader):
    """The processes of the session that `leader` leads: PostgreSQL's children make groups of their own."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            # After the command's name: state, parent, group, session. A child that left the session is known by its parent;
            # a dead one that nobody buried holds nothing any more.
            if fields[0] != "Z" and (
                leader in (int(fields[1]), int(fields[3])) or int(entry.name) == leader
            ):
                found.append(int(entry.name))
    return found


def freeze(leader):
    """Stops the processes of this session, and gives them when none of their threads runs. What they said before was said;
    what they had asked of the disk may still be on its way, but nobody hears of it any more."""
    deadline = time.monotonic() + STANDS_WITHIN_S
    stopped = set()
    # One that is just being born may escape the first round.
    while left := set(members(leader)) - stopped:
        for member in left:
            send(member, signal.SIGSTOP)
        stopped |= left
    while any(runs(member) for member in stopped):
        if time.monotonic() > deadline:
            raise RuntimeError("processes that were told to stop run on")
        time.sleep(0.001)
    return stopped


def kill(leader):
    """SIGKILL to every process of this session, and until none is left. They stand first: a child that is born while its
    parent dies is nobody's any more, and would keep a successor from starting."""
    stopped = freeze(leader)
    for member in stopped:
        send(member, signal.SIGKILL)
    while any(state(member) not in "ZX" for member in stopped):
        time.sleep(0.005)


def state(member):
    """As /proc tells it; X if it is gone."""
    try:
        return pathlib.Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def send(member, what):
    try:
        os.kill(member, what)
    except ProcessLookupError:
        pass


def runs(member):
    """Whether any of its threads may still do something by itself."""
    try:
        threads = [entry / "stat" for entry in pathlib.Path(f"/proc/{member}/task").iterdir()]
        states = {stat.read_text().rsplit(")", 1)[1].split()[0] for stat in threads}
    except OSError:
        return False
    return bool(states & {"R", "S"})
