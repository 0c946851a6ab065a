"""A TCP proxy that breaks what passes: cuts connections, swallows what is sent, holds it back, refuses. For any test
that wants a link between two processes to fail in mid-sentence.
"""

import contextlib
import socket
import threading
import time


class Proxy:
    """Listens on a port of its own and passes everything to `target` ("host:port") until told otherwise.

    `mode` is one of: `pass`; `refuse` (connections are reset at once, open ones are cut); `swallow` (what the client
    sends arrives, what the server answers does not); `black` (nothing passes and nobody is told); `slow` (everything
    comes `delay` seconds late).
    """

    def __init__(self, target):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.mode, self.delay = "pass", 0.3
        self.open, self.lock = set(), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mode):
        self.mode = mode
        if mode == "refuse":
            self.cut()

    def cut(self):
        """Cuts every open connection in the middle of whatever it was saying."""
        with self.lock:
            for pair in self.open:
                for end in pair:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

    def close(self):
        # Closing alone does not wake whoever waits in `accept`.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "refuse":
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection(self.target, timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        pair = (client, server)
        with self.lock:
            self.open.add(pair)
        # Whoever refuses sets the mode first and cuts then: a connection just made is cut there or ends here.
        if self.mode == "refuse":
            self.cut()
        answers = threading.Thread(target=self._pump, args=(server, client, True), daemon=True)
        answers.start()
        self._pump(client, server, False)
        answers.join()
        with self.lock:
            self.open.discard(pair)
        for end in pair:
            end.close()

    def _pump(self, source, sink, answers):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.mode == "slow":
                    time.sleep(self.delay)
                if self.mode == "refuse":
                    break
                if self.mode == "black" or (self.mode == "swallow" and answers):
                    continue
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
