// SPDX-License-Identifier: MIT
// Tries to have what belongs to other drivers, for tests. `run snoop`: as a program that is no driver. As a driver, by
// drivers.toml: with its own device's badge; in the end it reads behind its registers, where the next device's would
// be.
#include "driver/process/driver_process.h"
#include "glenda/devices.h"
#include "glenda/print.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree + 20;

void attempt(Endpoint unicorn, const char* what, const MessageWriter& message) {
    Received reply;
    const auto answer = transact(unicorn, message, reply);
    print("snoop: {}: {}\n", what, std::string_view(answer ? "done" : name_of(answer.error())));
}

void as_stranger() {
    const auto unicorn = devices::find_unicorn(kUnicorn);
    if (!unicorn) panic("no devices: {}", unicorn.error());
    attempt(*unicorn, "device", MessageWriter(UnicornMethod::Device).word(0));
    attempt(*unicorn, "memory", MessageWriter(UnicornMethod::Device).word(1));
    attempt(*unicorn, "ready", MessageWriter(UnicornMethod::Ready));
    attempt(*unicorn, "sessions", MessageWriter(UnicornMethod::SessionTake));
    attempt(*unicorn, "drop", MessageWriter(UnicornMethod::SessionDrop).word(0));
    for (unsigned session = 0; session < 32 * kMaxSessions; session++) {
        Received reply;
        if (transact(*unicorn, MessageWriter(UnicornMethod::Pages).word(session).word(0), reply))
            print("snoop: has pages of session {}\n", session);
        if (transact(*unicorn, MessageWriter(UnicornMethod::Close).word(session), reply))
            print("snoop: has closed session {}\n", session);
    }
    print("snoop: done\n");
}

void as_driver() {
    driver::DriverProcess process;
    process.ready();
    const Endpoint unicorn(kDriverUnicorn);
    attempt(unicorn, "own device", MessageWriter(UnicornMethod::Device).word(0));
    attempt(unicorn, "memory", MessageWriter(UnicornMethod::Device).word(1));
    attempt(unicorn, "much memory", MessageWriter(UnicornMethod::Device).word(400));
    attempt(unicorn, "ready again", MessageWriter(UnicornMethod::Ready));
    attempt(unicorn, "drop", MessageWriter(UnicornMethod::SessionDrop).word(0));
    print("snoop: own registers: {}\n", process.registers().read(0) != 0 ? 1 : 0);
    print("snoop: the next: {}\n", driver::Mmio(process.address() + 0x1000).read(0));
}

}  // namespace

int main() {
    const auto passed = environment().cnode.info(kDriverBell);
    if (passed && passed->type == CapType::Notification)
        as_driver();
    else
        as_stranger();
    return 0;
}
