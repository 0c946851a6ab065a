"""The message on standard input, written and read by pyiso8583; prints microseconds of processor time for each."""

import json
import sys
import time

import iso8583

given = json.load(sys.stdin)
table, data = given["table"], bytes.fromhex(given["hex"])
said, _ = iso8583.decode(data, table)
assert bytes(iso8583.encode(dict(said), table)[0]) == data, "both write the same bytes"


def timed(work):
    """The middle of nine rounds, after one that does not count."""
    rounds = []
    for _ in range(10):
        begin = time.process_time()
        for _ in range(2000):
            work()
        rounds.append((time.process_time() - begin) / 2000 * 1e6)
    return round(sorted(rounds[1:])[4], 2)


print(json.dumps({
    "encode_us": timed(lambda: iso8583.encode(said, table)),
    "decode_us": timed(lambda: iso8583.decode(data, table)),
}))
