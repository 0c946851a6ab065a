#!/usr/bin/env python3
"""pyiso8583 (PyPI) writes and reads the same card messages as our codec, and both say the same.

    iso8583_codec.py [--messages 10000]

For the dialect of Chinese acquirers the table is ours, told by the codec itself; for ISO 8583:1987 in characters it is
pyiso8583's own. Each random message is written by both (the bytes must be equal), read by both (the fields must be
equal), then damaged: what we still accept, pyiso8583 must accept and read the same way.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import threading

import iso8583
import iso8583.specs

from outside import Tally

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH = 500


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10000, help="how many random messages for each dialect")
    parser.add_argument("--seed", type=int, default=8583)
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "-q", "--locked", "-p", "iso8583", "--examples"], cwd=ROOT, check=True)
    tally = Tally("pyiso8583")
    for dialect, own_table in [("up-pos", None), ("ascii-1987", iso8583.specs.default_ascii)]:
        tally.attempt(dialect, lambda d=dialect, t=own_table: differ(tally, d, t, options))
    tally.end()


class Codec:
    """Ours, spoken to in batches of JSON lines."""

    def __init__(self, dialect):
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
        self.process = subprocess.Popen(
            [target / "debug" / "examples" / "iso8583_lines"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps({"dialect": dialect}) + "\n")
        self.process.stdin.flush()
        self.fields = json.loads(self.process.stdout.readline())["fields"]

    def ask(self, questions):
        """The answers; an empty question at the end makes it say what it has to say."""
        # Written by a thread of its own: the answers fill their pipe while questions are still on their way.
        writer = threading.Thread(target=self.say, args=[questions])
        writer.start()
        answers = [json.loads(self.process.stdout.readline()) for _ in questions]
        self.process.stdout.readline()
        writer.join()
        return answers

    def say(self, questions):
        for question in questions:
            self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.write("{}\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        return self.process.wait(20)


def table_of(fields):
    """Our table in pyiso8583's words."""
    table = {
        "h": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 0, "desc": ""},
        "t": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 2, "desc": ""},
        "p": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 8, "desc": ""},
        "1": {"data_enc": "b", "len_enc": "ascii", "len_type": 0, "max_len": 8, "desc": ""},
    }
    for field in fields:
        packed = field["form"] in ("bcd", "nibbles")
        entry = {
            "data_enc": "b" if packed or field["form"] == "binary" else "latin-1",
            "len_enc": field["prefix"] if field["prefix"] != "none" else "ascii",
            "len_type": field["prefix_bytes"],
            "max_len": field["max"],
            "desc": field["name"],
        }
        if packed:
            entry["len_count"] = "nibbles"
            entry["left_pad" if field["justified"] == "right" else "right_pad"] = f"{field['filler']:X}"
        table[str(field["number"])] = entry
    return table


def differ(tally, dialect, own_table, options):
    codec = Codec(dialect)
    table = own_table or table_of(codec.fields)
    draw = random.Random(options.seed)
    found = {"written": [], "read": [], "damaged": []}
    fields_seen, accepted = set(), 0
    for begin in range(0, options.messages, BATCH):
        said = [message(draw, codec.fields) for _ in range(min(BATCH, options.messages - begin))]
        fields_seen.update(number for one in said for number in one["fields"])
        theirs = [written_by_them(one, table) for one in said]
        ours = codec.ask(said)
        found["written"] += [(one, a, b) for one, a, b in zip(said, ours, theirs) if a.get("hex") != b]
        read = codec.ask([{"hex": hexes} for hexes in theirs])
        found["read"] += [
            (one, a) for one, a, hexes in zip(said, read, theirs)
            if a != one or read_by_them(hexes, table) != one]
        # Text of theirs is ASCII where the table is theirs; bytes beyond it they refuse and we carry.
        damaged = [damage(draw, hexes, 128 if own_table else 256) for hexes in theirs]
        for hexes, answer in zip(damaged, codec.ask([{"hex": one} for one in damaged])):
            if "bad" not in answer:
                accepted += 1
                if read_by_them(hexes, table) != answer:
                    found["damaged"].append((hexes, answer))
    numbers = len(codec.fields)
    tally.check(f"{dialect}: our program ends in order", codec.end() == 0)
    tally.check(f"{dialect}: each of the {numbers} fields was in some message", len(fields_seen) == numbers, fields_seen)
    for what, sentence in [("written", "messages are written to the same bytes by both"),
                           ("read", "messages are read to the same fields by both")]:
        tally.check(f"{dialect}: {options.messages} {sentence}", not found[what], found[what][:2])
    tally.check(f"{dialect}: {accepted} of as many damaged ones are still messages, and the same ones to both",
                accepted > 0 and not found["damaged"], found["damaged"][:2])


def message(draw, fields):
    chosen = draw.sample(fields, draw.randint(0, min(24, len(fields))))
    return {"mti": draw.choice(["0100", "0110", "0200", "0210", "0220", "0400", "0410", "0500", "0800", "0810"]),
            "fields": {str(field["number"]): content(draw, field) for field in sorted(chosen, key=lambda f: f["number"])}}


def content(draw, field):
    low, high = field["min"], field["max"]
    length = draw.randint(low, high if draw.random() < 0.1 else min(high, low + 12))
    match field["form"]:
        case "bcd" | "digits":
            return "".join(draw.choices("0123456789", k=length))
        case "nibbles":
            return "".join(draw.choices("0123456789ABCDEF", k=length))
        case "hex":
            return "".join(draw.choices("0123456789ABCDEF", k=length // 2 * 2))
        case "binary":
            return draw.randbytes(length).hex().upper()
        case _:
            return "".join(chr(draw.randint(32, 126)) for _ in range(length))


def written_by_them(said, table):
    return iso8583.encode({"t": said["mti"], **said["fields"]}, table)[0].hex().upper()


def read_by_them(hexes, table):
    try:
        decoded, _ = iso8583.decode(bytes.fromhex(hexes), table)
    except iso8583.DecodeError as error:
        return {"refused": str(error)}
    return {"mti": decoded["t"], "fields": {k: v for k, v in decoded.items() if k not in ("t", "p", "1", "h")}}


def damage(draw, hexes, values):
    """One byte changed: most often a length, a filler or a digit is then wrong."""
    data = bytearray.fromhex(hexes)
    data[draw.randrange(len(data))] = draw.randrange(values)
    return data.hex().upper()


if __name__ == "__main__":
    main()
