// SPDX-License-Identifier: MIT
// Opens sessions with a device until it gets no more, and keeps them. Its helpers do the same, each with an account of
// its own. For tests.
//
//     run hoard CLASS PAGES NAME HELPERS     sessions of so many pages; the name is for what it prints
#include "driver/process/client_session.h"
#include "expect.h"
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kDriver = kUnicorn + 1, kReceived = kUnicorn + 2;

void hoard(std::string_view device_class, std::uint64_t pages, std::string_view name, std::uint64_t number) {
    const Endpoint unicorn = need(devices::find_unicorn(kUnicorn));
    const std::uint64_t device = need(devices::lookup(unicorn, device_class, 0, kDriver));
    const CNode own = environment().cnode;
    for (unsigned sessions = 0;; sessions++) {
        Received reply;
        for (unsigned i = 0; i < kMaxMessageCaps; i++) (void)own.remove(kReceived + i);
        const auto opened = transact(unicorn, MessageWriter(UnicornMethod::Open).word(device).word(pages), reply,
                                     {own, kReceived, kMaxMessageCaps});
        if (opened) continue;
        print("hoard {}{}: {} sessions, then {}\n", name, number, sessions, opened.error());
        return;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto pages = to_number(argc == 5 ? argv[2] : ""), helpers = to_number(argc == 5 ? argv[4] : "");
    if (!pages || !helpers) {
        print("usage: hoard CLASS PAGES NAME HELPERS\n");
        return 2;
    }
    hoard(argv[1], *pages, argv[3], *helpers);
    if (*helpers != 0) {
        const FixedText<24> rest("{}", *helpers - 1);
        const std::string_view arguments[] = {argv[1], argv[2], argv[3], rest.view()};
        need(process::spawn({.file = "hoard", .arguments = arguments, .flags = SpawnFlags::Limits}));
    }
    for (;;) (void)Notification(kSlotNotification).wait();  // a timer would let an idle clock jump
}
