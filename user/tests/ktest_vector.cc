// SPDX-License-Identifier: MIT
// Registers that the kernel does not save must be inaccessible. On a machine with vector registers (QEMU: v=true) a
// vector instruction is illegal, so a thread cannot find another's values. On other machines it is illegal anyway.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// vsetivli zero, 2, e64, m1, ta, ma; then vmv.v.x v8, a0 or vmv.x.s a0, v8. Encoded by hand, because the assembler is
/// run without the V extension.
[[gnu::noinline]] void set_vector(std::uint64_t value) {
    register std::uint64_t a0 asm("a0") = value;
    asm volatile(".4byte 0xcd817057\n.4byte 0x5e054457" : : "r"(a0));
}
[[gnu::noinline]] std::uint64_t get_vector() {
    register std::uint64_t a0 asm("a0") = 0;
    asm volatile(".4byte 0xcd817057\n.4byte 0x42802557" : "+r"(a0));
    return a0;
}

void inaccessible() {
    const Endpoint handler = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    std::uint64_t found = 0;
    auto writer = [&] { set_vector(0x1234'5678'9abc'def0); };
    auto reader = [&] { found = get_vector(); };
    Thread writing(writer, {.fault_handler = handler}), reading(reader, {.fault_handler = handler});
    for (Thread* thread : {&writing, &reading}) {
        thread->start();
        const Message fault = handler.nb_recv(reply.cptr());
        EXPECT_EQ(fault.tag.label(), FaultKind::Exception);
        EXPECT_EQ(fault.words[2], 2);  // illegal instruction
        if (!fault.tag.is_error()) EXPECT_OK(reply.send({.tag = Tag(kFaultSuspend, 0)}));
    }
    EXPECT_EQ(found, 0);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"vector_inaccessible", inaccessible}};
    return run_cases(kCases);
}
