# SPDX-License-Identifier: BSD-2-Clause
"""Boots Belfry's ISO in Bochs, whose serial ports are pseudo-terminals; otherwise as machine.Machine."""
import os
import pathlib
import re
import signal
import subprocess
import threading
import tty

import machine

HERE = pathlib.Path(__file__).parent
IPS = 20_000_000          # instructions in a second of the machine's time
KILLED = -signal.SIGKILL  # timeout(1) ends its whole group so: Bochs takes no other signal


class Port:
    """A serial port; what comes out of it is kept in a file."""

    def __init__(self, path):
        self.path = path
        self.path.touch()
        self.here, self.there = os.openpty()
        tty.setraw(self.there)
        self.name = os.ttyname(self.there)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        with open(self.path, "ab", buffering=0) as file:
            while True:
                try:
                    file.write(os.read(self.here, 4096))
                except OSError:  # nobody has the other end
                    return

    def send(self, text):
        os.write(self.here, text)

    def close(self):
        """After the end of Bochs, or the reader waits for ever."""
        os.close(self.there)
        self.reader.join()
        os.close(self.here)


class Bochs(machine.Machine):
    """A running Bochs. What Belfry writes to QEMU's debug exit is taken from its summary."""

    def __init__(self, folder, cpu, iso=machine.BUILD / "belfry.iso", ips=IPS, timeout=240):
        self.folder = pathlib.Path(folder)
        self.console = self.folder / "com1"
        self.ports = [Port(self.console), Port(self.folder / "com2")]
        self.com1, self.com2 = self.ports
        self.bochs_log = self.folder / "log"
        (self.folder / "rc").write_text("continue\n")  # what Debian's Bochs, a debugger, is to do
        self.command = ["timeout", "-s", "KILL", str(timeout), "bochs", "-q", "-f", str(HERE / "bochsrc"),
                        "-rc", str(self.folder / "rc"), f"cpu: model={cpu}, ips={ips}, reset_on_triple_fault=0"]
        environment = {**os.environ, "TERM": "dumb", "BELFRY_ISO": str(iso), "BELFRY_LOG": str(self.bochs_log),
                       "BELFRY_CONSOLE": self.com1.name, "BELFRY_SECOND": self.com2.name}
        with open(self.folder / "screen", "wb") as screen:
            self.process = subprocess.Popen(self.command, env=environment, stdin=subprocess.DEVNULL, stdout=screen,
                                            stderr=screen, start_new_session=True)

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)  # timeout(1) and its Bochs
            self.process.wait(10)
        for port in self.ports:
            port.close()
        self.ports = []

    def send(self, text):
        self.com1.send(text)

    def emulator(self):
        """What Bochs says of the machine: after its log's start, errors and the end."""
        return self.bochs_log.read_text(errors="replace") if self.bochs_log.exists() else ""

    def wait(self):
        """Waits for its end; answers what QEMU's exit status would have been."""
        status = self.process.wait()
        self.__exit__()
        if status == KILLED:
            return machine.HUNG
        if "Shutdown port: shutdown requested" not in self.emulator():
            return 0
        ends = re.findall(r"^Belfry: [\w-]+: (.*), restarts \d+, upcalls ", self.log, re.M)
        if not ends:
            return machine.STOPPED
        return machine.ALL_EXITED if set(ends) == {"exit code 0"} else machine.NOT_ALL_EXITED

    def report(self):
        screen = (self.folder / "screen").read_text(errors="replace")
        return (f"---- {' '.join(self.command)}\n{screen[-1000:]}\n---- the end of Bochs's log:\n"
                f"{self.emulator()[-2000:]}\n---- the console:\n{self.log}\n----")
