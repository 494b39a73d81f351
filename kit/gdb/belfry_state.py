# SPDX-License-Identifier: BSD-2-Clause
"""What the hypervisor's memory says, by the types of belfry.debug. Every address space has the hypervisor in it, so that
it can be read wherever the machine stops. Nothing here changes anything."""
import gdb

from belfry_kit.trace import KINDS

WORD = 64  # bits of a word of a bitmap
LINE = 32  # the vector of line 0 (docs/ABI.md)
STATES = {"PHASE_OFF": "off", "PHASE_LOADING": "loading", "PHASE_STOPPED": "stopped"}
REGISTERS = ("rip", "rsp", "rflags", "cs", "ss", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8", "r9", "r10", "r11",
             "r12", "r13", "r14", "r15")
# Every way in saves these; the others are in the frame after a switch (include/hv/frame.h).
AT_ENTRY = ("rip", "rsp", "rflags", "cs", "ss", "rcx", "rdx", "rsi", "rdi")


# ---- the hypervisor's variables -----------------------------------------------------------------------

def hypervisor():
    """Its symbols alone: a guest may use the same names."""
    for objfile in gdb.objfiles():
        symbol = objfile.lookup_global_symbol("partitions")
        if symbol and symbol.type.code == gdb.TYPE_CODE_ARRAY and symbol.type.target().tag == "partition":
            return objfile
    raise gdb.GdbError("no symbols of the hypervisor: expected belfry.debug on gdb's command line")


def variable(name):
    """It is linked as one program (-flto), so there is a static one twice, once without its place."""
    symbols = hypervisor()
    found = [symbols.lookup_global_symbol(name), *gdb.lookup_static_symbols(name)]
    values = (symbol.value() for symbol in found if symbol and symbol.symtab.objfile == symbols)
    return next(value for value in values if not value.is_optimized_out)


def enumerator(value):
    """An enum's value by name, whatever language gdb takes for the current one."""
    return next(field.name for field in value.type.fields() if field.enumval == int(value))


def bit(words, n):
    return int(words[n // WORD]) >> n % WORD & 1


def length(array):
    return array.type.range()[1] + 1


# ---- partitions ---------------------------------------------------------------------------------------

def is_booted():
    """Whether there are partitions yet."""
    try:
        return gdb.selected_inferior().pid != 0 and int(variable("partitions")[0]["config"]) != 0
    except gdb.MemoryError:  # the firmware's address space
        return False


def partitions():
    if gdb.selected_inferior().pid == 0:
        raise gdb.GdbError("no machine: expected `belfry connect ADDRESS` before this")
    if not is_booted():
        raise gdb.GdbError("no partition yet: expected the machine to have booted; `continue` boots it")
    table = variable("partitions")
    return [table[n] for n in range(length(table)) if int(table[n]["config"])]


def name(partition):
    return partition["config"]["name"].string()


def find(called):
    for partition in partitions():
        if name(partition) == called:
            return partition
    raise gdb.GdbError(f"{called}: no partition is called so; expected one of {', '.join(map(name, partitions()))}")


def current():
    """Whose time it is, or None."""
    partitions()  # there are any
    vcpu = variable("cpu")["current"]
    return vcpu["partition"].dereference() if int(vcpu) else None


def is_current(partition):
    return int(variable("cpu")["current"]) == int(partition["vcpu"])


def is_started(partition):
    return enumerator(partition["vcpu"]["phase"]) == "PHASE_STARTED"


def state(partition):
    """As vcpu_state() says it."""
    vcpu = partition["vcpu"]
    if not is_started(partition):
        return STATES[enumerator(vcpu["phase"])]
    if is_current(partition):
        return "running"
    return "ready" if int(variable("schedule")["ready"]) >> int(vcpu["id"]) & 1 else "waiting"


def last_end(partition):
    """How the last life ended, in the words of hv/health.c; nothing where this is the first."""
    ending, work = enumerator(partition["ending"]), enumerator(partition["work"])
    if ending == "ENDING_EXIT":
        return f"exit code {int(partition['exit_code'])}"
    if ending == "ENDING_FAULT" and work in ("WORK_COLLECT", "WORK_DESCRIBE"):  # its line is not written yet
        return f"fault rip={int(partition['fault']['rip']):#x}"
    return {"ENDING_FAULT": partition["report"].string(), "ENDING_ORDER": "stopped by order",
            "ENDING_RESTART": "restarted itself"}.get(ending, "")


# ---- vCPUs, and the CPU -------------------------------------------------------------------------------

def cpu_register(name):
    return int(gdb.newest_frame().read_register("eflags" if name == "rflags" else name)) & (1 << 64) - 1


def in_guest():
    return cpu_register("cs") & 3 == 3


def where(partition):
    """Where registers() are from."""
    if not is_current(partition):
        return "registers as saved"
    return "registers as in the CPU" if in_guest() else "registers as saved at the entry, the others are in use"


def registers(partition):
    frame = partition["vcpu"]["frame"]
    if not is_current(partition):
        return {name: int(frame[name]) for name in REGISTERS}
    if in_guest():
        return {name: cpu_register(name) for name in REGISTERS}
    return {name: int(frame[name]) for name in AT_ENTRY}


def interrupts(partition):
    if not is_started(partition):
        return "-"
    return "disabled" if int(partition["vcpu"]["page"]["irq_disabled"]) else "enabled"


def next_upcall(partition):
    """The lowest vector that is eligible."""
    eligible = partition["vcpu"]["virq"]["eligible"]
    return next((vector for vector in range(length(eligible) * WORD) if bit(eligible, vector)), "-")


def cpu():
    """The CPU, in lines."""
    cpu, schedule = variable("cpu"), variable("schedule")
    attention = [why for why in ("switch", "console") if int(cpu["attention"]) & int(variable(f"ATTEND_{why.upper()}"))]
    attention += ["upcall"] * bool(cpu["upcall"])
    yield f"in {'a guest' if in_guest() else 'the hypervisor'}; attention: {', '.join(attention) or 'none'}"
    if int(schedule["window_count"]):
        window = schedule["window"][int(schedule["window_now"])]
        owner = name(variable("partitions")[int(window["owner"])])
        given_up = ", given up" if bool(schedule["given_up"]) else ""
        yield f"window: {owner}'s, {int(schedule['window_left'])} of {int(window['ticks'])} ticks left{given_up}"


# ---- vectors and lines --------------------------------------------------------------------------------

def granted(partition, vector):
    return bit(partition["config"]["grants"], vector)


def letters(word, bits):
    """A letter for each bit that is set, as the monitor writes them."""
    return "".join(letter if is_set else "-" for letter, is_set in zip(word, bits))


def held(partition, vector):
    line, lines = vector - LINE, variable("lines")["line"]
    if line >= length(lines) or not granted(partition, vector):
        return 0
    return int(lines[line]["held_ticks"]) - int(lines[line]["held_before"])


def vectors(partition):
    """Of each that is granted or registered: its number, bits and counters."""
    virq = partition["vcpu"]["virq"].dereference()
    virq.fetch_lazy()  # at once
    for vector in range(LINE, length(virq["registered"]) * WORD):
        registered, of = bit(virq["registered"], vector), virq["of"][vector // WORD][vector % WORD]
        if not registered and not granted(partition, vector):
            continue
        raised, acknowledged, discarded = (int(of[key]) for key in ("raised", "acknowledged", "discarded"))
        outstanding, in_service = raised - acknowledged - discarded, bool(of["in_service"])
        bits = granted(partition, vector), registered, bool(of["masked"]), in_service, outstanding > 0 and not in_service
        yield vector, letters("grmsp", bits), {
            "raised": raised, "acknowledged": acknowledged, "discarded": discarded, "outstanding": outstanding,
            "upcalls": int(of["upcalls"]), "held": held(partition, vector)}


def counted_ticks():
    """Those that are in no counter yet, as irq_counted() has them."""
    return int(variable("cpu")["tick"]) - int(variable("cpu")["looked"])


def owner_name(line):
    owners = [name(partition) for partition in partitions() if granted(partition, LINE + line)]
    return "several" if len(owners) > 1 else owners[0] if owners else "nobody"


def line_bits(line):
    lines = variable("lines")
    registered, is_held, waiting, level, at_once = (
        int(lines[key]) >> line & 1 for key in ("registered", "held", "waiting", "level", "at_once"))
    is_open = line == 0 or registered and not is_held and not waiting
    return letters("orhwl", (is_open, registered, is_held, waiting, level or at_once))


def lines():
    """Of each line that has an owner or has come: the owner's name, the line's number, bits and counters."""
    table, registered = variable("lines")["line"], variable("route")["registered"]
    for line in range(length(table)):
        counters = {key: int(table[line][field]) for key, field in (
            ("raised", "raised"), ("held", "held_ticks"), ("spurious", "spurious"), ("unclaimed", "unclaimed"))}
        if line == 0:
            counters["raised"] += counted_ticks()
            counters["unclaimed"] += 0 if int(registered[LINE]) else counted_ticks()
        if owner_name(line) != "nobody" or counters["raised"] or counters["spurious"]:
            yield owner_name(line), line, line_bits(line), counters


# ---- the trace ------------------------------------------------------------------------------------------

def trace(count):
    """The lines of a dump: of `count` records at most, the newest."""
    names = [name(partition) for partition in partitions()]
    ring = variable("trace")
    places = length(ring["record"])
    made = int(ring["made"]) // ring["record"][0].type.sizeof
    shown = min(made, places, made if count is None else count)
    hz = int(variable("facts")["tsc_hz"])
    yield f"trace begin: {made} records, {made - shown} overwritten, {hz} TSC ticks in a second."
    yield from (f"partition {n} {called}." for n, called in enumerate(names))
    for n in range(made - shown, made):
        record = ring["record"][n % places]
        kind = KINDS[int(record["kind"]) - 1]
        yield f"@{int(record['time']):x} {kind} {int(record['vcpu']):x} {int(record['vector'])} {int(record['value']):x}."
    yield "trace end."
