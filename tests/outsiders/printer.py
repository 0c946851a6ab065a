#!/usr/bin/env python3
"""Programs by others read our receipts, play our printer's part, and talk to our virtual printer.

    python3 tests/outsiders/printer.py [--virtual HOST:PORT] [--keep DIR]

Who checks what:
  emupos (PyPI, an ESC/POS printer emulator, needs Python 3.13)   our bytes and our session
  zbarimg (Debian zbar-tools)                                     the code on its pictures and on ours
  Python's own gbk codec                                          the Chinese on emupos's text
  python-escpos (PyPI, an ESC/POS client)                         our virtual printer's answers

What cannot be tried on this machine is said with "SKIPPED:" and counted. Ends with 0 if nothing failed.
"""

import argparse
import glob
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "outsiders"
EMUPOS = "emupos==0.4.0"
PYTHON_ESCPOS = "python-escpos==3.1"
RECEIPT_URL = "https://pay.example.com/r/Xk3fQ9vT7mB2"
CHROMIUM_FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
]
NARROW_PROFILE = """\
type: printer
name: a 58 mm printer
dpi: 203
width_dots: 384
font_a: { width: 12, height: 24 }
font_b: { width: 9, height: 17 }
code_pages: { 0: PC437 }
default_code_page: 0
drawer_sensor_open_level: high
serial: { baud: 9600, data_bits: 8, parity: none, stop_bits: 1 }
"""


class Skip(Exception):
    """Something this machine lacks."""


class Tally:
    """Counts outcomes and prints each as it happens."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def run(self, name, check):
        try:
            check()
        except Skip as why:
            self.skipped += 1
            print(f"SKIPPED: {name}: {why}", flush=True)
        except Exception as error:  # a test reports every failure and goes on
            self.failed += 1
            print(f"FAILED: {name}: {type(error).__name__}: {error}", flush=True)
        else:
            self.passed += 1
            print(f"ok: {name}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--virtual", metavar="HOST:PORT", help="an already running virtual printer, in order")
    parser.add_argument("--keep", metavar="DIR", help="leave the pictures here")
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "-q", "-p", "printer", "--examples"], cwd=ROOT, check=True)
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(options.keep or scratch)
        work.mkdir(parents=True, exist_ok=True)
        our_pictures(tally, work)
        emulated_printers(tally, work)
        our_virtual_printer(tally, options.virtual)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


# Our pictures, read by zbarimg.

def our_pictures(tally, work):
    for width, language in [(58, "zh"), (58, "en"), (80, "zh"), (80, "en")]:
        def check(width=width, language=language):
            png = work / f"ours-{width}-{language}.png"
            draw(example("receipt_bytes", str(width), language, "svg"), png)
            expect(read_code(png), RECEIPT_URL)
        tally.run(f"zbarimg reads the code on our picture, {width} mm {language}", check)


def draw(svg, png):
    chromium = os.environ.get("CHROMIUM") or found("chromium", "chromium", "chromium-browser", "google-chrome")
    page = png.with_suffix(".html")
    page.write_bytes(b"<!doctype html><meta charset=utf-8><body style='margin:16px;background:#cfd4da'>" + svg)
    subprocess.run(
        [chromium, *CHROMIUM_FLAGS, f"--screenshot={png}", "--window-size=720,1300", page.as_uri()],
        check=True, capture_output=True, timeout=60)


def read_code(png):
    zbarimg = found("zbar-tools", "zbarimg")
    done = subprocess.run([zbarimg, "--quiet", "--raw", str(png)], capture_output=True, text=True, timeout=30)
    return done.stdout.strip()


# Our bytes and our session, against emupos.

def emulated_printers(tally, work):
    names = [
        "emupos renders our 80 mm receipt: the code, the Chinese and the numbers are right",
        "emupos renders our 58 mm receipt: the code, the Chinese and the numbers are right",
        "our session holds a job while emupos is out of paper and prints it once afterwards",
        "our session names emupos's open cover",
        "our session does not claim that a job is printed when emupos never answers its fence",
        "our probe finds what emupos's printer can do",
    ]
    try:
        emupos = Emupos(work)
    except Skip as why:
        for name in names:
            tally.run(name, raising(why))
        return
    with emupos:
        checks = [
            lambda: emupos.check_receipt("wide", 80, work),
            lambda: emupos.check_receipt("narrow", 58, work),
            emupos.check_paper_out,
            emupos.check_cover_open,
            emupos.check_no_fence,
            emupos.check_probe,
        ]
        for name, check in zip(names, checks, strict=True):
            tally.run(name, check)


def raising(error):
    def check():
        raise error
    return check


class Emupos:
    """A running emupos with a wide and a narrow printer."""

    def __init__(self, work):
        interpreter = python_of_at_least(3, 13)
        program = installed(interpreter, EMUPOS, "emupos")
        self.api, self.ports = free_port(), {"wide": free_port(), "narrow": free_port()}
        (work / "narrow.yaml").write_text(NARROW_PROFILE)
        config = work / "emupos.yaml"
        config.write_text(json.dumps({
            "schema": 1,
            "api": {"host": "127.0.0.1", "port": self.api},
            "devices": [
                {"id": name, "type": "printer", "profile": profile, "receipts_dir": str(work / "emupos"),
                 "connections": [{"tcp": {"port": self.ports[name]}}]}
                for name, profile in [("wide", "epson-tm-t20iii"), ("narrow", "./narrow.yaml")]
            ],
        }))
        self.log = open(work / "emupos.log", "wb")
        self.process = subprocess.Popen(
            [program, "run", "--config", str(config)], cwd=work, stdout=self.log, stderr=subprocess.STDOUT)

    def __enter__(self):
        until(lambda: self.call("GET", "/devices"), 30, "emupos starts")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.log.close()

    def call(self, method, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.api}/api/v1{path}", method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read()

    def receipts(self, device):
        return json.loads(self.call("GET", f"/devices/{device}/receipts"))

    def print(self, device, profile, width):
        page = example("receipt_bytes", str(width), "zh")
        address = f"127.0.0.1:{self.ports[device]}"
        return subprocess.Popen(
            [example_path("print_over_tcp"), address, profile], stdin=feed(page), stdout=subprocess.PIPE, text=True)

    def check_receipt(self, device, width, work):
        before = len(self.receipts(device))
        printing = self.print(device, f"generic-{width}", width)
        said, _ = printing.communicate(timeout=70)
        expect(printing.returncode, 0, said)
        until(lambda: len(self.receipts(device)) > before, 15, "a receipt appears")
        receipt = max(self.receipts(device), key=lambda receipt: receipt["completed_at"])
        png = work / f"emupos-{width}.png"
        png.write_bytes(self.call("GET", f"/devices/{device}/receipts/{receipt['id']}/image"))
        text = self.call("GET", f"/devices/{device}/receipts/{receipt['id']}/text").decode()
        # emupos shows our double bytes one by one in code page 437, so its text leads back to our very bytes.
        chinese = "\n".join(line.encode("cp437").decode("gbk") for line in text.splitlines())
        for words in ["小明便利店", "收款成功", "￥12.50", "微信支付 尾号4821", "2026-11-23 14:31:05",
                      "018f3c1e5b7a7c3d9e2f0123456789ab", "4200002123202611230123456789", "扫码看电子小票"]:
            expect(words in chinese, True, f"{words} is not in\n{chinese}")
        expect(receipt["width_dots"], {58: 384, 80: 576}[width])
        expect(read_code(png), RECEIPT_URL)

    def check_paper_out(self):
        before = len(self.receipts("wide"))
        self.call("PUT", "/devices/wide/faults/paper-out")
        printing = self.print("wide", "generic-80", 80)
        time.sleep(3)
        expect(len(self.receipts("wide")), before)
        self.call("DELETE", "/devices/wide/faults/paper-out")
        said, _ = printing.communicate(timeout=70)
        expect(said.split(), "State(PaperOut) Job(JobId(1), Held(PaperOut)) State(Ready) MayPrint(JobId(1)) "
                             "Job(JobId(1), Printed)".split())
        time.sleep(1)
        expect(len(self.receipts("wide")), before + 1)

    def check_cover_open(self):
        self.call("PUT", "/devices/wide/faults/cover-open")
        printing = self.print("wide", "generic-80", 80)
        time.sleep(2)
        self.call("DELETE", "/devices/wide/faults/cover-open")
        said, _ = printing.communicate(timeout=70)
        expect("State(CoverOpen)" in said and printing.returncode == 0, True, said)

    def check_no_fence(self):
        said, _ = (printing := self.print("wide", "epson-80", 80)).communicate(timeout=70)
        expect("Doubted(NoAnswer)" in said and "Printed" not in said, True, said)
        expect(printing.returncode, 1)

    def check_probe(self):
        found = example("probe_over_tcp", f"127.0.0.1:{self.ports['wide']}").decode()
        for words in ['maker: Some("EPSON")', 'model: Some("TM-T20III")', "auto_status: true", "transmit: true",
                      "process_id: false"]:
            expect(words in found, True, f"{words} is not in {found}")


# Our virtual printer, asked by python-escpos.

ASK = """
import sys
from escpos.printer import Network
printer = Network(sys.argv[1], port=int(sys.argv[2]), timeout=5)
printer.open()
print("online" if printer.is_online() else "offline", "paper", printer.paper_status())
printer.close()
"""

PRINT = """
import sys
from escpos.printer import Network
printer = Network(sys.argv[1], port=int(sys.argv[2]), timeout=5)
printer.open()
printer.set(align="center", bold=True, double_height=True, double_width=True)
printer.text("TOTAL 12.50\\n")
printer.set_with_default()
printer.qr("https://pay.example.com/r/1", native=True, size=6)
printer.cut()
printer.close()
"""


def our_virtual_printer(tally, address):
    states = [
        ([], "online paper 2"),
        (["near-end"], "online paper 1"),
        (["paper-out"], "offline paper 0"),
        (["cover-open"], "offline paper 2"),
    ]
    python = None

    def asked(host, port, program=ASK):
        nonlocal python
        python = python or installed(sys.executable, PYTHON_ESCPOS, "python3")
        done = subprocess.run([python, "-c", program, host, port], capture_output=True, text=True, timeout=60)
        expect(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    if address:
        host, port = address.rsplit(":", 1)
        tally.run(f"python-escpos finds the printer at {address} in order",
                  lambda: expect(asked(host, port), "online paper 2"))
    with VirtualPrinter() as printer:
        for faults, expected in states:
            def check(faults=faults, expected=expected):
                for fault in faults:
                    printer.say(f"{fault} on")
                try:
                    expect(asked("127.0.0.1", printer.port), expected)
                finally:
                    for fault in faults:
                        printer.say(f"{fault} off")
            tally.run(f"python-escpos asks our virtual printer with {' '.join(faults) or 'nothing wrong'}", check)

        def prints():
            asked("127.0.0.1", printer.port, PRINT)
            until(lambda: "TOTAL 12.50" in printer.papers(), 5, "its slip comes out")
            expect("[QR https://pay.example.com/r/1]" in printer.papers(), True, printer.papers())
        tally.run("python-escpos prints words and a code on our virtual printer", prints)


class VirtualPrinter:
    """Our virtual printer on a port of its own."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [example_path("virtual_printer"), "0", "80"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().split()[1]
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=10)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def papers(self):
        lines, line = [], self.say("papers")
        while line.rstrip("\n") != ">>>" and line:
            lines.append(line)
            line = self.process.stdout.readline()
        return "".join(lines)


# What all of the above stand on.

def expect(actual, wanted, about=""):
    if actual != wanted:
        raise AssertionError(f"expected {wanted!r}, got {actual!r} {about}".rstrip())


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.1)


def example_path(name):
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    return str(target / "debug" / "examples" / name)


def example(name, *words):
    return subprocess.run([example_path(name), *words], check=True, capture_output=True, timeout=60).stdout


def feed(data):
    """Bytes as the standard input of a process."""
    file = tempfile.TemporaryFile()
    file.write(data)
    file.seek(0)
    return file


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def found(package, *names):
    for name in names:
        if path := shutil.which(name):
            return path
    raise Skip(f"{names[0]} is not installed (Debian package {package})")


def python_of_at_least(major, minor):
    candidates = [sys.executable, *(f"python3.{n}" for n in range(minor, minor + 4))]
    candidates += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")))
    for candidate in candidates:
        ask = f"import sys; sys.exit(sys.version_info < ({major}, {minor}))"
        try:
            if subprocess.run([candidate, "-c", ask], capture_output=True, timeout=20).returncode == 0:
                return candidate
        except OSError:
            continue
    raise Skip(f"no Python {major}.{minor} or later on this machine")


def installed(interpreter, requirement, program):
    """The path of a program in an environment of its own that holds one package."""
    home = CACHE / requirement.replace("==", "-")
    marker = home / "complete"
    if not marker.exists():
        shutil.rmtree(home, ignore_errors=True)
        for command in ([interpreter, "-m", "venv", str(home)],
                        [str(home / "bin" / "pip"), "install", "--quiet", requirement]):
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            if done.returncode:
                last = (done.stderr or done.stdout).strip().splitlines()[-1:]
                raise Skip(f"{requirement} cannot be installed: {' '.join(last)}")
        marker.touch()
    return str(home / "bin" / program)


if __name__ == "__main__":
    sys.exit(main())
