#!/usr/bin/env python3
"""psec (PyPI), the cryptography of card payments by others, agrees with ours on PIN blocks, MACs and check values.

    card_crypto.py [--cases 2000]

Each kind of block is made by us and compared with theirs, or opened by them where chance is in it; each of theirs is
opened by us. Keys, PINs, cards and texts are drawn from a seed.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import warnings

# Those who made the ciphers that psec stands on want nobody to begin with DES today; card payments never stopped.
warnings.filterwarnings("ignore", message=".*TripleDES.*")

import psec
import psec.aes
import psec.des
import psec.mac
import psec.pinblock

from outside import Tally

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000, help="how many of each kind")
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "-q", "--locked", "-p", "card", "--examples"], cwd=ROOT, check=True)
    draw = random.Random(9564)
    tally = Tally("psec")
    for kind in (check_values, format_0, format_3, format_4, chained_macs, retail_macs):
        tally.attempt(kind.__name__, lambda k=kind: compare(tally, k, draw, options.cases))
    tally.end()


def compare(tally, kind, draw, cases):
    """`kind` draws a question for us and the judgment of our answer."""
    drawn = [kind(draw) for _ in range(cases)]
    answers = asked([question for question, _ in drawn])
    wrong = [(q, a) for (q, judged), a in zip(drawn, answers) if not judged(a)]
    tally.check(f"{cases} cases of {kind.__name__}", not wrong, wrong[:1])


def asked(questions):
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    text = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([target / "debug" / "examples" / "card_lines"], input=text, capture_output=True, text=True,
                          check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


def key(draw, length):
    return draw.randbytes(length)


def drawn_pin(draw):
    return "".join(draw.choices("0123456789", k=draw.randint(4, 12)))


def drawn_pan(draw):
    return "".join(draw.choices("0123456789", k=draw.randint(13, 19)))


def is_hex(expected):
    return lambda answer: answer.get("hex") == expected.hex().upper()


def check_values(draw):
    k = key(draw, 16)
    return {"op": "check_value", "algorithm": "3des", "key": k.hex()}, is_hex(psec.des.generate_kcv(k, 4))


def format_0(draw):
    k, pin, pan = key(draw, 16), drawn_pin(draw), drawn_pan(draw)
    block = psec.des.encrypt_tdes_ecb(k, psec.pinblock.encode_pinblock_iso_0(pin, pan))
    return ({"op": "format_0", "algorithm": "3des", "key": k.hex(), "pin": pin, "pan": pan}, is_hex(block))


def format_3(draw):
    k, pin, pan = key(draw, 16), drawn_pin(draw), drawn_pan(draw)
    if draw.random() < 0.5:
        block = psec.des.encrypt_tdes_ecb(k, psec.pinblock.encode_pinblock_iso_3(pin, pan))
        return ({"op": "open", "algorithm": "3des", "key": k.hex(), "pin": pin, "pan": pan, "block": block.hex()},
                lambda answer: answer.get("same") is True)

    def opened(answer):
        clear = psec.des.decrypt_tdes_ecb(k, bytes.fromhex(answer["hex"]))
        return psec.pinblock.decode_pinblock_iso_3(clear, pan) == pin
    return ({"op": "format_3", "algorithm": "3des", "key": k.hex(), "pin": pin, "pan": pan,
             "random": draw.randbytes(10).hex()}, opened)


def format_4(draw):
    length = draw.choice([16, 24, 32])
    k, pin, pan = key(draw, length), drawn_pin(draw), drawn_pan(draw)
    question = {"algorithm": f"aes{8 * length}", "key": k.hex(), "pin": pin, "pan": pan}
    if draw.random() < 0.5:
        block = psec.pinblock.encipher_pinblock_iso_4(k, pin, pan)
        return {"op": "open", "block": block.hex(), **question}, lambda answer: answer.get("same") is True

    def opened(answer):
        return psec.pinblock.decipher_pinblock_iso_4(k, bytes.fromhex(answer["hex"]), pan) == pin
    return {"op": "format_4", "random": draw.randbytes(8).hex(), **question}, opened


def chained_macs(draw):
    aes = draw.random() < 0.5
    k, data, padding = key(draw, 16), draw.randbytes(draw.randint(0, 80)), draw.choice([1, 2])
    kind = psec.mac.Algorithm.AES if aes else psec.mac.Algorithm.DES
    mac = psec.mac.generate_cbc_mac(k, data, padding, 8, kind)
    return ({"op": "mac", "rule": "cbc", "algorithm": "aes128" if aes else "3des", "key": k.hex(), "data": data.hex(),
             "padding": str(padding)}, is_hex(mac))


def retail_macs(draw):
    k, data, padding = key(draw, 16), draw.randbytes(draw.randint(0, 80)), draw.choice([1, 2])
    mac = psec.mac.generate_retail_mac(k[:8], k[8:], data, padding)
    return ({"op": "mac", "rule": "retail", "algorithm": "3des", "key": k.hex(), "data": data.hex(),
             "padding": str(padding)}, is_hex(mac))


if __name__ == "__main__":
    main()
