"""Power cuts: the file system forgets what it was not told to keep.

All that must survive is on an ext4 image behind a loop device. EXT4_IOC_SHUTDOWN without flushing the log stops it at
one instant, as losing power does; what runs on it is killed, and it is mounted again; at times it goes once more while
all that is starting. Needs root and a loop device.
`--forgetful` lets fsync do nothing (eatmydata): then payments must be lost, or this test would prove nothing.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import time

from databases import Missing, made
from shop import Shop

WHAT = "power cuts"
EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
SIZE = 2 << 30


class Disk:
    """An ext4 file system that can lose power."""

    def __init__(self, folder):
        if os.geteuid() != 0:
            raise Missing("mounting a disk image needs root")
        self.image, self.mounts = folder / "disk.img", folder / "mounts"
        self.place = self.mounts / "disk"
        self.place.mkdir(parents=True)
        with open(self.image, "wb") as image:
            image.truncate(SIZE)
        subprocess.run(["mkfs.ext4", "-q", str(self.image)], check=True)
        try:
            # A namespace that somebody makes meanwhile gets a copy of every mount, and a copy would keep the dead disk
            # alive; where the mount above is shared, what is unmounted here goes there too.
            patiently("mount", "--bind", str(self.mounts), str(self.mounts))
            patiently("mount", "--make-shared", str(self.mounts))
            self.mount()
        except RuntimeError as error:
            raise Missing(f"this machine mounts no image: {error}") from error

    def mount(self):
        patiently("mount", "-o", "loop", str(self.image), str(self.place))

    def lose_power(self):
        place = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(place, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(place)

    def unmount(self):
        patiently("umount", str(self.place))

    def remove(self):
        self.unmount()
        patiently("umount", str(self.mounts))


def patiently(*command):
    """A disk may be busy for a moment with what happened before."""
    for _ in range(20):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        time.sleep(0.2)
    raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


def breaking(options, folder, chance):
    """Gives the shop and what breaks it once."""
    if options.forgetful and not shutil.which("eatmydata"):
        raise Missing("eatmydata is not installed")
    prefix = ["eatmydata"] if options.forgetful else []
    disk = Disk(folder)
    try:
        shop = Shop(folder, disk.place, made(options.database, disk.place), options.seed, options.tills, prefix)
        shop.database.prefix = prefix
    except BaseException:
        for place in (disk.place, disk.mounts):
            subprocess.run(["umount", "-l", str(place)], check=False)
        raise

    def once():
        # A machine without power says nothing any more: whoever ran on for a moment could say what was never written.
        shop.server.freeze()
        shop.database.freeze()
        disk.lose_power()
        shop.server.kill()
        shop.database.kill()
        disk.unmount()
        disk.mount()
        shop.rise([shop.database, shop.server] if shop.database.url else [shop.server], chance)

    def end():
        shop.database.kill()
        disk.remove()

    shop.afterwards = end
    return shop, once
