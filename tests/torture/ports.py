"""Ports for servers that are ended and started again."""

import pathlib
import random
import socket

CLAIMS = []


def free_port():
    """A port that stays ours until this process ends.

    It lies outside the range from which the system takes ports for outgoing connections: one of those could sit on it
    while its server is down, and a client that asks for a dead server there could even reach itself. A socket with the
    port in its name, which vanishes with this process, keeps other runs away.
    """
    first_outgoing = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    candidates = range(10_000, first_outgoing) if first_outgoing > 12_000 else range(1_024, 65_536)
    draw = random.SystemRandom()
    for _ in range(1_000):
        port = draw.choice(candidates)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0paydesk-port-{port}")
            with socket.socket() as probe:
                probe.bind(("", port))
        except OSError:
            claim.close()
            continue
        CLAIMS.append(claim)
        return port
    raise RuntimeError("this machine has no free port left")
