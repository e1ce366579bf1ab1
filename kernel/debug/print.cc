// SPDX-License-Identifier: MIT
// Characters, numbers, and the end: `panic`. See print.h.
//
// After a panic nothing can be relied on, so it takes no lock and allocates nothing; it prints what it was given, the
// last events of the trace, and stops this hart.
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
