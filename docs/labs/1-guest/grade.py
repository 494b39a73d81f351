# SPDX-License-Identifier: BSD-2-Clause
"""Lab 1: the guest's word against the hypervisor's books, and against what came out of the serial port."""
import string

import lab


def grade(sheet):
    image = sheet.build_answer("sender.c")
    beside = sheet.build_own(lab.HERE / "1-guest/beside.c")
    count, least, status = sheet.draw.randint(60, 200), sheet.draw.randint(200, 600), sheet.draw.randint(1, 99)
    wire = sheet.work / "com2"
    boot = sheet.boot([f"{image} sender line=0 line=3 ports=0x2f8-0x2ff window=2 -- bytes={count} ticks={least} status={status}",
                       f"{beside} beside system window=6"], devices=["-serial", f"file:{wire}"])
    end, said = boot.end("sender"), boot.said("sender")
    sheet.equal(f"with status={status} it ends with that exit code", end["how"], f"exit code {status}")

    letters = "".join(string.ascii_lowercase[n % 26] for n in range(count))
    sheet.look(f"the {count} letters are on the wire, in order", wire.read_bytes().decode("latin-1") == letters,
               f"found {wire.read_bytes()!r}")
    told, interrupts = lab.numbers(said, "bytes #, interrupts #")
    ticks, discarded = lab.numbers(said, "ticks #, discarded #")
    sheet.need('it says "ticks T, discarded D" and "bytes N, interrupts I", each once', None not in (told, ticks),
               f"found {said}")
    sheet.equal("N is the number of bytes, I one more: the last found nothing to send", (told, interrupts),
                (count, count + 1))
    sheet.equal("I is how often the hypervisor saw line 3 raised", interrupts, boot.line(3))
    sheet.look(f"T is at least {least}", ticks >= least, f"found {ticks}")
    sheet.equal("T + I is what the hypervisor has acknowledged", ticks + interrupts, end.get("acknowledged"))
    sheet.equal("D is what the hypervisor has discarded", discarded, end.get("discarded"))
    ran = lab.numbers(boot.said("beside"), "the other ran for # of # ticks")
    sheet.look("it waits and does not spin: it ran for at most a tenth of its window's time",
               None not in ran and ran[0] * 10 <= ran[1], f"found {ran[0]} of {ran[1]} ticks")
