// SPDX-License-Identifier: MIT
// Prints the keys of the keyboard that belongs to the screen, until Escape: `run keys`. A line has the number of the
// key and 1, 0 or 2: down, up, or held.
#include "glenda/devices.h"
#include "glenda/print.h"
#include "glenda/slots.h"
#include "protocol/input.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kDevice = kSlotFirstFree + 1;
constexpr std::uint64_t kKeyEvent = 1, kEscape = 1;

/// False after Escape.
bool print_events(MessageReader events) {
    while (!events.at_end()) {
        const std::uint64_t event = events.word();
        const std::uint64_t type = event >> 48, key = event >> 32 & 0xffff, value = event & 0xffff'ffff;
        if (type != kKeyEvent) continue;
        print("key {} {}\n", key, value);
        if (key == kEscape) return false;
    }
    return true;
}

/// If the driver ends meanwhile, the next one answers.
Answer<void> ask(InputMethod method, Received& reply) {
    for (;;) {
        const auto came = transact(Endpoint(kDevice), MessageWriter(method), reply);
        if (came || came.error() != Error::Deleted) return came;
    }
}

Answer<void> print_keys() {
    TRY(unicorn, devices::find_unicorn(kUnicorn));
    TRY_VOID(devices::lookup(unicorn, "input", 0, kDevice));
    Received reply;
    TRY_VOID(ask(InputMethod::Name, reply));
    print("{}\n", reply.reader().text());
    do {
        TRY_VOID(ask(InputMethod::Read, reply));
    } while (print_events(reply.reader()));
    return {};
}

}  // namespace

int main() {
    if (const auto printed = print_keys(); !printed) {
        print("keys: {}\n", printed.error());
        return 1;
    }
    return 0;
}
