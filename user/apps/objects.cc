// SPDX-License-Identifier: MIT
// Makes and destroys N kernel objects, up to 16 of which exist at a time.
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kAtOnce = 16;
constexpr CapType kTypes[] = {CapType::Endpoint, CapType::Notification, CapType::Reply, CapType::Timer};

Answer<void> churn(std::uint64_t count) {
    std::uint64_t numbers[kAtOnce] = {};
    for (std::uint64_t i = 0; i < count + kAtOnce; i++) {
        std::uint64_t& number = numbers[i % kAtOnce];
        if (i >= kAtOnce) TRY_VOID(process::destroy(number));
        if (i >= count) continue;
        TRY(made, process::create(kTypes[i * 7 / 3 % 4], kSlotFirstFree + i % kAtOnce));
        number = made;
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const auto count = argc == 2 ? to_number(argv[1]) : std::nullopt;
    if (!count) {
        print("usage: objects COUNT\n");
        return 2;
    }
    const auto before = process::memory();
    const auto done = churn(*count);
    const auto after = process::memory();
    if (!done || !before || !after) {
        print("objects: {}\n", done ? "no memory info" : name_of(done.error()));
        return 1;
    }
    print("objects: made and destroyed {}, {} KiB more in use\n", *count, (before->free - after->free) / kKiB);
    return 0;
}
