"""Disk errors: fsync fails at random, while the file system keeps or loses what it likes.

What breaks once is an error of a moment: the faults are on all the time, and the server is started again after each
so that it also opens its files under them.
"""

import pathlib
import shutil
import subprocess
import time

from databases import Missing, made
from shop import Shop

WHAT = "restarts on a failing disk"
# PostgreSQL syncs hundreds of files when it starts after a crash, and starts only if all of them succeed.
ONE_IN = {"sqlite": 20, "postgres": 600}
STARTS_WITHIN_S = 300


def breaking(options, folder, chance):
    """Gives the shop and what breaks it once."""
    if not shutil.which("cc"):
        raise Missing("there is no C compiler for the failing fsync")
    source, library = pathlib.Path(__file__).with_name("sync_fails.c"), folder / "sync_fails.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    faults = ["env", f"LD_PRELOAD={library}", f"SYNC_FAILS_ONE_IN={ONE_IN[options.database]}"]
    shop = Shop(folder, folder, made(options.database, folder), options.seed, options.tills)
    # Whoever writes the disk has the faults: the server with SQLite's file, or PostgreSQL.
    writer = shop.database if shop.database.url else shop.server

    def again(prefix):
        shop.server.kill()
        if writer is shop.database:
            shop.database.kill()
        writer.prefix = tuple(prefix)
        if writer is shop.database:
            start(shop.database)
        start(shop.server)

    def once():
        time.sleep(chance.uniform(0.2, 1.0))
        again(faults)

    shop.mend = lambda: again(())
    again(faults)
    return shop, once


def start(what):
    """A failing disk may keep it from starting; a person would try again."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            return what.start()
        except RuntimeError as error:
            if time.monotonic() > deadline:
                raise RuntimeError("it never started on this disk") from error
            time.sleep(0.1)
