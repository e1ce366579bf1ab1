// SPDX-License-Identifier: MIT
// Prints random bytes from the host: `run random COUNT`.
#include "glenda/devices.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/slots.h"
#include "protocol/rng.h"

using namespace glenda;

namespace {

constexpr CPtr kUnicorn = kSlotFirstFree, kDevice = kSlotFirstFree + 1;

Answer<void> print_bytes(std::uint64_t count) {
    TRY(unicorn, devices::find_unicorn(kUnicorn));
    TRY_VOID(devices::lookup(unicorn, "rng", 0, kDevice));
    while (count != 0) {
        Received reply;
        TRY_VOID(transact(Endpoint(kDevice), MessageWriter(RngMethod::Read).word(count), reply));
        const auto bytes = reply.reader().bytes();
        CHECK(!bytes.empty() && bytes.size() <= count, ServerError::Broken);
        for (const std::byte byte : bytes) print("{:>02x}", std::uint64_t(byte));
        count -= bytes.size();
    }
    print("\n");
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = to_number(argc > 1 ? argv[1] : "16");
    if (!count || argc > 2) {
        print("usage: random [COUNT]\n");
        return 2;
    }
    if (const auto printed = print_bytes(*count); !printed) {
        print("random: {}\n", printed.error());
        return 1;
    }
    return 0;
}
