// SPDX-License-Identifier: MIT
// Prints characters and numbers, and ends the kernel: `panic`. See print.h.
//
// Invariant: nothing here takes a lock or allocates, because after a panic nothing can be relied on. Two harts can
// print at the same time only in a panic: otherwise the order of boot, and later the kernel lock, keeps them apart.
#include "debug/print.h"

#include "arch/arch.h"
#include "debug/trace.h"

namespace glenda {

void print_one(std::string_view text) {
    for (char c : text) arch::console_put(c);
}

void print_one(Hex hex) {
    print_one("0x");
    int shift = 60;
    while (shift > 0 && (hex.value >> shift) == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) arch::console_put("0123456789abcdef"[hex.value >> shift & 15]);
}

void print_one(std::uint64_t number) {
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count != 0) arch::console_put(digits[--count]);
}

// Other harts go on until they need the lock, which this hart never releases.
void panic(const char* what, const char* file, unsigned line) {
    print("\nPANIC: ", what, "\n  at ", file, ":", line, "\n");
    end_panic();
}

void end_panic() {
    dump_trace(kTraceInPanic);
    print("END PANIC\n");
    arch::halt();
}

}  // namespace glenda
