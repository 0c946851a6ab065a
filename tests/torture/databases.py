"""The database under a shop: SQLite's file, or a PostgreSQL cluster of our own."""

import os
import pathlib
import pwd
import shutil
import subprocess
import time

import processes
from ports import free_port

# From a start to the first answer; recovery after a crash on a busy machine takes its time.
STARTS_WITHIN_S = 180


class Missing(Exception):
    """Something this machine lacks; the run is skipped and says so."""


class Sqlite:
    """One file in the shop's folder. It lives and dies with the server."""

    name, url = "sqlite", None

    def launch(self):
        pass

    ready = start = kill = freeze = launch


class Postgres:
    """A cluster whose data is below `disk`, on a port of its own, owned by a user who is not root. `prefix` goes before
    its command at the next start."""

    name = "postgres"

    def __init__(self, disk):
        self.binaries, self.prefix = newest_binaries(), ()
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.data = disk / "postgres"
        self.data.mkdir()
        self.own(self.data)
        self.port = free_port()
        self.url = f"postgres://paydesk@127.0.0.1:{self.port}/postgres"
        self.run("initdb", "-D", self.data, "-U", "paydesk", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.start()

    def own(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def as_user(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid} if os.geteuid() == 0 else {}

    def run(self, name, *words):
        command = [str(word) for word in (self.binaries / name, *words)]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **self.as_user())

    def start(self):
        """Until it answers, having recovered whatever it had to."""
        self.launch()
        self.ready()

    def launch(self):
        """Begins to start it."""
        # Left by a cluster that was killed; ours is the only one that can have written it.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        command = [*self.prefix, str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(self.port),
                   "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=on"]
        self.process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True, **self.as_user())

    def ready(self):
        """Until what was launched answers."""
        ready = [str(self.binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + STARTS_WITHIN_S
        while subprocess.run(ready, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.02)

    def rows(self, question):
        """What it answers to a statement: a list of texts for each row."""
        command = [self.binaries / "psql", "-X", "-A", "-t", "-F", "\t", "-d", self.url, "-c", question]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd="/").stdout
        return [line.split("\t") for line in said.splitlines()]

    def kill(self):
        """SIGKILL to every process of the cluster at once."""
        # The number of one that is buried may be somebody else's.
        if self.process.returncode is None:
            processes.kill(self.process.pid)
            self.process.wait()

    def freeze(self):
        """Stops all of it at one instant."""
        processes.freeze(self.process.pid)


def newest_binaries():
    places = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name))
    on_path = shutil.which("postgres")
    if places:
        return places[-1]
    if on_path:
        return pathlib.Path(on_path).parent
    raise Missing("PostgreSQL is not installed")


def made(name, disk):
    """The database called `name`, ready, with all it keeps below `disk`."""
    return Sqlite() if name == "sqlite" else Postgres(disk)
