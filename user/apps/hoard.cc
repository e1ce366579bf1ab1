// SPDX-License-Identifier: MIT
// Opens sessions with a device until it gets no more, and keeps them. Its helpers do the same, each with an account of
// its own. For tests.
//
//     run hoard CLASS PAGES NAME HELPERS     sessions of so many pages; the name is for what it prints
#include "driver/process/client_session.h"
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kDriver = kUnicorn + 1, kReceived = kUnicorn + 2;

template <typename T>
auto must(const T& result, std::string_view what) {
    if (!result) panic("{}: {}", what, result.error());
    return *result;
}

void hoard(std::string_view device_class, std::uint64_t pages, std::string_view name, std::uint64_t number) {
    const Endpoint unicorn = must(devices::find_unicorn(kUnicorn), "no devices");
    const std::uint64_t device = must(devices::lookup(unicorn, device_class, 0, kDriver), "no such device");
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
        must(process::spawn({.file = "hoard", .arguments = arguments, .flags = SpawnFlags::Limits}), "no helper");
    }
    for (;;) (void)Notification(kSlotNotification).wait();  // a timer would let an idle clock jump
}
