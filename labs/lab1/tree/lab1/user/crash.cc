// SPDX-License-Identifier: MIT
// Breaks a rule, the one that its argument names. The kernel stops the program and says why.
#include "program.h"

using namespace glenda;

namespace {

[[gnu::noinline]] void write_to(std::uint64_t address) { *reinterpret_cast<volatile int*>(address) = 1; }

struct Kind {
    std::string_view name;
    std::string_view what;
    void (*crash)();
};
constexpr Kind kKinds[] = {
    {"null", "write through a null pointer", [] { write_to(0); }},
    {"kernel", "write to kernel space", [] { write_to(~std::uint64_t{0} - 7); }},
    {"text", "write to the program's own code", [] { write_to(reinterpret_cast<std::uint64_t>(&write_to)); }},
    {"illegal", "run an instruction that does not exist", [] { asm volatile(".4byte 0xffffffff"); }},
    {"jump", "jump to where nothing is", [] { reinterpret_cast<void (*)()>(0x70'0000'0000)(); }},
};

}  // namespace

int main(int argc, char** argv) {
    for (const Kind& kind : kKinds) {
        if (argc != 2 || kind.name != argv[1]) continue;
        kind.crash();
        print("crash: {} did not stop the program\n", kind.name);
        return 1;
    }
    print("usage: crash KIND\n");
    for (const Kind& kind : kKinds) print("  {:<9}{}\n", kind.name, kind.what);
    return 2;
}
