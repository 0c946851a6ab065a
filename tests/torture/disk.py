"""Disk errors: fsync fails at random (libfiu), while the file system keeps or loses what it likes.

What breaks once is an error of a moment: the faults are on all the time, and the server is started again after each
so that it also opens its files under them.
"""

import shutil
import time

from databases import Missing, made
from shop import Shop

WHAT = "restarts on a failing disk"
CHANCE = 0.05


def breaking(arguments, folder, chance):
    """Gives the shop and what breaks it once."""
    if not shutil.which("fiu-run"):
        raise Missing("libfiu (fiu-utils) is not installed")
    faults = ["fiu-run", "-x"]
    for call in ("fsync", "fdatasync"):
        faults += ["-c", f"enable_random name=posix/io/sync/{call},probability={CHANCE}"]
    on_server, on_database = (faults, []) if arguments.database == "sqlite" else ([], faults)
    database = made(arguments.database, folder, on_database)
    shop = Shop(folder, folder, database, arguments.seed, arguments.tills, on_server)

    def start(what):
        # A failing disk may keep it from starting; a person would try again.
        for _ in range(30):
            try:
                return what.start()
            except RuntimeError:
                time.sleep(0.1)
        raise RuntimeError("it never started on this disk")

    def once():
        time.sleep(chance.uniform(0.2, 1.0))
        shop.server.kill()
        if shop.database.url:
            shop.database.kill()
            start(shop.database)
        start(shop.server)

    def mend():
        shop.server.kill()
        shop.server.prefix = ()
        shop.server.start()

    shop.mend = mend
    return shop, once
