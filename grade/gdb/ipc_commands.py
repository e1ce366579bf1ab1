# SPDX-License-Identifier: MIT
"""`endpoint`, `notification`: these objects, their waiting threads, and the capabilities to them."""

import kernel
import printers
import thread
import tree
from command import Command, show, table


class Meeting(Command):
    """The common part of both commands: a table of all objects, or one object with its capabilities."""

    kind = ""
    arguments = (0, 1)
    splits = False

    def run(self, text: str = "") -> None:
        if text:
            self._one(tree.find_object(self.kind, text))
        else:
            self._all()

    def _state(self, address: int) -> str:
        return printers.find_printer(kernel.load(self.kind, address)).to_string()

    def _all(self) -> None:
        system = tree.system()
        rows = [(f"{address:#x}", len(system.to(self.kind, address)), self._state(address))
                for address in system.objects(self.kind)]
        show(table((self.kind, "Caps", "State"), rows))

    def _one(self, address: int) -> None:
        show([f"{self.kind} at {address:#x}: {self._state(address)}"])
        for waiter in self._waiters(kernel.load(self.kind, address)):
            each = thread.Thread(waiter)
            show([f"  waits: {each.name} ({each.state}, priority {each.priority}, badge of its message "
                  f"{int(each.value['pending']['badge']):#x})" if each.state != "BlockedRecv"
                  else f"  waits: {each.name} ({each.state}, priority {each.priority})"])
        show([f"  capability: {slot.line()}" for slot in tree.system().to(self.kind, address)])

    def _waiters(self, value) -> list[int]:
        raise NotImplementedError


class Endpoint(Meeting):
    """endpoint [ENDPOINT]: the threads that wait at an endpoint and the capabilities to it; by default all endpoints.

    ENDPOINT is an expression for its address, which `threads` and `caps` show."""

    name, kind = "endpoint", "Endpoint"

    def _waiters(self, value) -> list[int]:
        return thread.queue(int(value["queue"]["head_"]))


class Notification(Meeting):
    """notification [NOTIFICATION]: flags, waiters, bound thread, capabilities; by default all notifications.

    NOTIFICATION is an expression for its address, which `threads` and `caps` show."""

    name, kind = "notification", "Notification"

    def _waiters(self, value) -> list[int]:
        return thread.queue(int(value["waiters"]["head_"]))


Endpoint()
Notification()
