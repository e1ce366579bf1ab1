# SPDX-License-Identifier: MIT
"""Who may ask for what: a service for what its `uses` say, and so may what it starts; nobody for anything else."""

from lab4_system import System, service

DEVICES, SERIAL, RNG = 3, 9, 14         # Unicorn, and two classes of devices
CLOCK, VAULT, FAKE, LEAD = 40, 41, 42, 43
DMA, POWER = 62, 63


def run(tree) -> None:
    asked(tree)
    granted(tree)
    terminal(tree)


def asked(tree) -> None:
    with System(
            tree,
            service("clock", provides="time", protocol=CLOCK, actions=["serve=time"]),
            service("vault", provides="gold", protocol=VAULT, actions=["serve=gold"]),
            service("liar", provides="tin", protocol=FAKE, actions=["serve=gold"]),
            service("nobody", actions=["serve="]),
            service("clumsy", provides="lead", protocol=LEAD,
                    actions=["bare=lead", "bell=lead", "nameless", "state=clumsy", "serve=lead"]),
            service("quiet", provides="ore", actions=["serve=ore"]),
            service("banker", needs=["vault", "clock"], uses=["gold"],
                    actions=[f"ask-now={VAULT}", f"ask-now={CLOCK}", f"child={VAULT}", "ready"]),
            service("thief", needs=["vault", "banker"], actions=[f"ask-now={VAULT}", f"ask={VAULT}", f"child={VAULT}", "ready"])
            ) as system:
        system.expect("thief ready")
    seen = system.events()
    for event, why in (
            ("liar serves gold PermissionDenied", "a service registers what its `provides` says, and nothing else"),
            ("nobody serves  PermissionDenied", "who provides nothing registers nothing, not even the empty name"),
            ("clumsy bare BadRequest", "a request to register without a capability is none"),
            ("clumsy bell BadRequest", "what Factotum refuses is refused: this is no endpoint"),
            ("clumsy nameless BadRequest", "a request to register without a name is none"),
            ("clumsy sees clumsy Starting 0", "whose request was refused is not up"),
            ("clumsy serves lead Ok", "after requests that were refused, a right one is accepted"),
            ("quiet serves ore Ok", "who has no protocol may register, too"),
            ("vault serves gold Ok", "a service may register what its `provides` says"),
            (f"banker asks {VAULT} as itself", "a service gets what its `uses` say, with its own badge"),
            (f"banker asks {CLOCK} PermissionDenied", "a service does not get what its `uses` do not say"),
            (f"banker-child asks {VAULT} as itself", "what a service starts may ask for the same"),
            (f"thief asks {VAULT} PermissionDenied", "who uses nothing gets nothing"),
            (f"thief-child asks {VAULT} PermissionDenied", "nor does what it starts")):
        assert event in seen, f"{why}: `{event}` is missing; there are {told(seen, event)}"
    assert seen.count(f"thief asks {VAULT} PermissionDenied") == 2
    assert "9ball: vault: serves gold\n" in system.machine.transcript, "9Ball does not say that vault serves gold"


def terminal(tree) -> None:
    """Once somebody serves the terminal, 9Ball does not write on the kernel's console any more."""
    with System(
            tree,
            service("source", provides="devices", protocol=DEVICES, devices=True, actions=["serve=devices"]),
            service("after", needs=["source"], actions=["ready"])) as system:
        system.expect("after ready")
    text = system.machine.transcript
    assert "9ball: source: serves devices\n" in text, "9Ball does not say that source serves devices"
    assert "9ball: after: started" not in text, "source serves the terminal, but 9Ball still writes on the kernel's console"


def told(seen: list[str], event: str) -> str:
    """What the same service did besides that it was there."""
    name = event.partition(" ")[0]
    return ", ".join(one for one in seen if one.startswith(f"{name} ") and not one.endswith((" starts", " ready"))) or "none"


def granted(tree) -> None:
    """The grants of each service, bit by bit."""
    wanted = {"plain": set(), "owner": {POWER}, "source": {DMA, POWER}, "both": {CLOCK, SERIAL, RNG, DEVICES}, "reader": {DEVICES},
              "own": {VAULT}, "chief": {POWER, CLOCK}}
    with System(
            tree,
            service("plain", actions=["ready"]),
            service("owner", power=True, actions=["ready"]),
            service("source", provides="devices", protocol=DEVICES, devices=True, power=True, actions=["ready"], ready="ready"),
            service("clock", provides="time", protocol=CLOCK, actions=["ready"], ready="ready"),
            service("both", uses=["serial", "time", "rng"], actions=["ready"]),
            service("reader", uses=["devices"], actions=["ready"]),
            service("own", provides="gold", protocol=VAULT, uses=["gold"], actions=["ready"], ready="ready"),
            service("chief", power=True, uses=["time"], actions=["ready"]),
            service("witness", actions=[f"grants={name}" for name in wanted] + ["ready"])) as system:
        system.expect("witness ready")
    for name, bits in wanted.items():
        seen = next(event for event in system.events() if event.startswith(f"witness sees {name} granted "))
        has = int(seen.rpartition(" ")[2], 0)
        has = {bit for bit in range(64) if has >> bit & 1}
        assert has == bits, f"{name} is to be granted {in_words(bits)}, and is granted {in_words(has)}"


def in_words(bits: set[int]) -> str:
    names = {DEVICES: "the service with the devices (3)", SERIAL: "serial (9)", RNG: "rng (14)", CLOCK: "time (40)",
             VAULT: "gold (41)", DMA: "Dma", POWER: "Power"}
    return ", ".join(names.get(bit, f"bit {bit}") for bit in sorted(bits)) or "nothing"
