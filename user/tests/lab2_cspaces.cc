// SPDX-License-Identifier: MIT
// Pointers into the root task's CSpace, which is one CNode with a guard. Trees of CNodes: grade/host/lab2_cspaces.cc.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// No object has a method 0: whoever says so was found.
Error look_up(CPtr pointer) { return error_of(sys::call(pointer, {})); }

/// Pointer n leads to slot n of the CNode, which can also be named by its index.
void every_slot() {
    unsigned found = 0;
    for (CPtr n = 1; n < bit(kRootCNodeRadix); n++) {
        const CapType type = need(node().info(n)).type;
        const Error got = look_up(n);
        if (type == CapType::Null) {
            EXPECT_EQ(got, Error::InvalidCapability);
            continue;
        }
        found++;
        EXPECT(got != Error::InvalidCapability);
        if (has_failed()) return;
    }
    EXPECT(found > kRootMachine);
    EXPECT_EQ(need(environment().tcb.info()).priority, kPriority);
    EXPECT_EQ(need(Untyped(boot_info().untyped.first).info()).address, boot_info().untypeds[0].address);
}

/// A pointer whose guard differs in a single bit leads nowhere.
void wrong_guards() {
    constexpr CPtr kRight = kRootTcb;
    EXPECT_ERROR(BadMethod, look_up(kRight));
    for (unsigned i = kRootCNodeRadix; i < 64 && !has_failed(); i++)
        EXPECT_ERROR(InvalidCapability, look_up(kRight | bit(i)));
    if (has_failed()) return;
    EXPECT_ERROR(InvalidCapability, look_up(kRight << kRootCNodeRadix));
    EXPECT_ERROR(InvalidCapability, look_up(kRight << (64 - kRootCNodeRadix)));
    EXPECT_ERROR(InvalidCapability, look_up(~CPtr{0}));
    EXPECT_ERROR(InvalidCapability, look_up(~CPtr{0} << kRootCNodeRadix | kRight));
}

/// Slot 0 is nobody's, and a pointer among the words of a message is looked up as any other.
void nothing_there() {
    EXPECT_ERROR(InvalidCapability, look_up(0));
    EXPECT_ERROR(InvalidCapability, look_up(bit(kRootCNodeRadix)));
    const CPtr slot = need(pool().slot());
    EXPECT_ERROR(InvalidCapability, node().same(kRootTcb, CNode(slot), kRootTcb));
    EXPECT_ERROR(InvalidCapability, node().same(kRootTcb, CNode(0), kRootTcb));
    EXPECT_ERROR(WrongType, node().same(kRootTcb, CNode(kRootTcb), kRootTcb));
    EXPECT(need(node().same(kRootTcb, node(), kRootTcb)));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"every_slot", every_slot}, {"wrong_guards", wrong_guards}, {"nothing_there", nothing_there}};
    return run_cases(kCases);
}
