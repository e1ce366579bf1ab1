// SPDX-License-Identifier: MIT
// Crashes in the way that its argument names. Each way is a function of its own, so that the crash report names it.
#include <cstdint>

#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kNowhere = 0x7'0000'0000;

[[gnu::noinline]] void write_to(std::uint64_t address) { *reinterpret_cast<volatile int*>(address) = 1; }

[[gnu::noinline]] void jump_to(std::uint64_t address) { reinterpret_cast<void (*)()>(address)(); }

void page_fault() { write_to(kNowhere); }

void null_pointer() { write_to(0); }

void illegal_instruction() { asm volatile(".4byte 0xffffffff"); }

/// The firmware emulates misaligned loads and stores, but not misaligned atomics.
void misaligned_atomic() {
    alignas(8) static std::uint64_t words[2];
    asm volatile("amoadd.w zero, zero, (%0)" ::"r"(reinterpret_cast<std::uint64_t>(words) + 1) : "memory");
}

volatile int end_of_recursion = -1;  // never reached, but the compiler does not know

[[gnu::noinline]] int stack_overflow(int depth) {
    volatile char page[1024];
    page[0] = char(depth);
    if (depth == end_of_recursion) return 0;
    return stack_overflow(depth + 1) + page[0];
}

void execute_data() {
    static std::uint32_t instructions[] = {0x00008067};  // ret
    jump_to(reinterpret_cast<std::uint64_t>(instructions));
}

void write_text() { write_to(reinterpret_cast<std::uint64_t>(&page_fault)); }

/// Factotum fills the list of processes, in pages of this program.
void write_list() {
    if (const auto list = process::list()) write_to(reinterpret_cast<std::uint64_t>(list->data()));
}

struct Kind {
    std::string_view name;
    std::string_view what;
    void (*crash)();
};
constexpr Kind kKinds[] = {
    {"page-fault", "write where nothing is", page_fault},
    {"null", "write through a null pointer", null_pointer},
    {"illegal", "run an instruction that does not exist", illegal_instruction},
    {"misaligned", "an atomic operation on an odd address", misaligned_atomic},
    {"stack", "recursion without an end", [] { (void)stack_overflow(0); }},
    {"exec-data", "jump into data", execute_data},
    {"write-list", "write to the list of processes", write_list},
    {"write-text", "write to the program's own code", write_text},
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
    for (const Kind& kind : kKinds) print("  {:<12}{}\n", kind.name, kind.what);
    return 2;
}
