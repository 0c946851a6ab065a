"""Broken links: the server stands in a network namespace of its own, and the cable between it and the world is
pulled, loses packets, is cut with resets, or crawls. Needs root, iproute2 and nftables.
"""

import os
import shutil
import subprocess
import time

from databases import Missing, made
from shop import Shop

WHAT = "broken links"


class Cable:
    """A veth pair: `street` (tills, providers) at one end, the server's namespace at the other."""

    def __init__(self):
        missing = [tool for tool in ("ip", "nft", "tc") if not shutil.which(tool)]
        if os.geteuid() != 0 or missing:
            raise Missing(f"network namespaces need root, iproute2 and nftables; missing: {missing or 'root'}")
        # Of this process alone, so that two runs on one machine are in nobody's way: four addresses each.
        number = os.getpid()
        self.name, self.near, self.far = f"paydesk{number}", f"pdn{number}", f"pdf{number}"
        subnet, first = f"10.{200 + (number >> 14) % 50}.{(number >> 6) % 256}", number % 64 * 4
        self.street, self.host = f"{subnet}.{first + 1}", f"{subnet}.{first + 2}"
        self.net = f"{subnet}.{first}/30"
        self.prefix = ["ip", "netns", "exec", self.name]
        run("ip", "netns", "add", self.name)
        try:
            run("ip", "link", "add", self.near, "type", "veth", "peer", "name", self.far, "netns", self.name)
            run("ip", "addr", "add", f"{self.street}/30", "dev", self.near)
            run("ip", "link", "set", self.near, "up")
            # Without its link the street has no other way there: the machine's gateway might answer in its place.
            run("ip", "route", "add", "unreachable", self.net, "metric", "4096")
            self.inside("ip", "addr", "add", f"{self.host}/30", "dev", self.far)
            self.inside("ip", "link", "set", self.far, "up")
            self.inside("ip", "link", "set", "lo", "up")
        except BaseException:
            self.remove()
            raise

    def inside(self, *command):
        run(*self.prefix, *command)

    def pull(self, seconds):
        """No carrier: nothing passes, nobody is told."""
        run("ip", "link", "set", self.near, "down")
        time.sleep(seconds)
        run("ip", "link", "set", self.near, "up")

    def filter(self, rule, seconds):
        """Everything that enters or leaves meets `rule`."""
        for hook in ("input", "output"):
            self.inside("nft", f"add table inet broken; add chain inet broken {hook} "
                               f"{{ type filter hook {hook} priority 0; }}; add rule inet broken {hook} {rule}")
        time.sleep(seconds)
        self.inside("nft", "delete table inet broken")

    def crawl(self, seconds):
        """Twenty kilobits a second, as a phone in a cellar."""
        run("tc", "qdisc", "add", "dev", self.near, "root", "tbf", "rate", "20kbit", "burst", "2kb", "latency", "400ms")
        time.sleep(seconds)
        run("tc", "qdisc", "del", "dev", self.near, "root")

    def remove(self):
        subprocess.run(["ip", "route", "del", "unreachable", self.net], check=False, capture_output=True)
        run("ip", "netns", "del", self.name)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


def breaking(options, folder, chance):
    """Gives the shop and what breaks it once."""
    cable = Cable()
    try:
        # The database stays beside the tests; only SQLite's is in the server's own house.
        shop = Shop(folder, folder, made(options.database, folder), options.seed, options.tills,
                    cable.prefix, cable.host, cable.street)
    except BaseException:
        cable.remove()
        raise
    ways = [
        lambda: cable.pull(chance.uniform(0.1, 3)),
        lambda: cable.filter("numgen random mod 100 < 30 drop", chance.uniform(0.5, 3)),
        lambda: cable.filter("meta l4proto tcp reject with tcp reset", chance.uniform(0.1, 1)),
        lambda: cable.crawl(chance.uniform(0.5, 2)),
    ]

    def once():
        chance.choice(ways)()

    shop.afterwards = cable.remove
    return shop, once
