// SPDX-License-Identifier: MIT
// Copy, Mint and Move, as a program sees them.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

CNode::Info look(CPtr slot) { return need(node().info(slot)); }
bool is_free(CPtr slot) { return look(slot).type == CapType::Null; }
bool same(CPtr a, CPtr b) { return need(node().same(a, node(), b)); }

/// A copy has only those rights that the original has and the copier asks for.
void rights_only_shrink() {
    const CPtr source = need(pool().endpoint()).cptr();
    for (unsigned held = 0; held < 8; held++) {
        const CPtr first = need(pool().slots(9));
        EXPECT_OK(node().copy(first, node(), source, Rights(held)));
        EXPECT_EQ(look(first).rights, held);
        EXPECT(same(first, source));
        for (unsigned wanted = 0; wanted < 8; wanted++) {
            EXPECT_OK(node().copy(first + 1 + wanted, node(), first, Rights(wanted)));
            EXPECT_EQ(look(first + 1 + wanted).rights, held & wanted);
        }
    }
    EXPECT_ERROR(BadArgument, node().copy(need(pool().slot()), node(), source, Rights(8)));
    EXPECT(need(environment().machine.check()));
}

/// A badge cannot be changed, and every copy keeps it.
void badges() {
    const CPtr slot = need(pool().slots(6));
    for (const CPtr source : {need(pool().endpoint()).cptr(), need(pool().notification()).cptr()}) {
        const CPtr first = need(pool().slots(3));
        EXPECT_OK(node().mint(first, node(), source, Rights::Write, 0xdead'beef'0000'0001));
        EXPECT_EQ(look(first).badge, 0xdead'beef'0000'0001);
        EXPECT_EQ(look(first).rights, Rights::Write);
        EXPECT_EQ(look(source).badge, 0);
        EXPECT_OK(node().copy(first + 1, node(), first));
        EXPECT_EQ(look(first + 1).badge, 0xdead'beef'0000'0001);
        EXPECT_ERROR(NoRights, node().mint(first + 2, node(), first, Rights::All, 5));
        EXPECT_ERROR(NoRights, node().mint(first + 2, node(), first + 1, Rights::All, 0));
        EXPECT(is_free(first + 2));
    }
    const CPtr thread = need(pool().tcb()).cptr();
    EXPECT_ERROR(WrongType, node().mint(slot, node(), thread, Rights::All, 5));
    EXPECT_ERROR(WrongType, node().mint(slot, node(), need(pool().frame()).cptr(), Rights::All, 5));
    EXPECT(is_free(slot));
}

/// Guard and index have 64 bits together, and a guard must fit into its own bits.
void guards() {
    const CPtr box = need(pool().cnode(4)).cptr(), slot = need(pool().slots(4));
    EXPECT_ERROR(BadArgument, node().mint_cnode(slot, node(), box, Rights::All, 0, 61));
    EXPECT_ERROR(BadArgument, node().mint_cnode(slot, node(), box, Rights::All, 4, 2));
    EXPECT_ERROR(BadArgument, node().mint_cnode(slot, node(), box, Rights::All, 1, 0));
    EXPECT_ERROR(BadArgument, node().mint_cnode(slot, node(), box, Rights::All, 0, 64));
    EXPECT_ERROR(MessageTooShort, node().mint(slot, node(), box, Rights::All, 0));
    EXPECT(is_free(slot));
    EXPECT_OK(node().mint_cnode(slot, node(), box, Rights::Read, 3, 2));
    EXPECT_OK(node().mint_cnode(slot + 1, node(), slot, Rights::Read, 0, 0));  // unlike a badge, it can be changed
    EXPECT_OK(node().mint_cnode(slot + 2, node(), box, Rights::All, mask(60), 60));
    EXPECT(same(slot, box) && same(slot + 1, box) && same(slot + 2, box));
    EXPECT(need(environment().machine.check()));
}

/// A run of copies: all of them, or none.
void runs() {
    constexpr unsigned kCount = kMaxRunLength;
    const CPtr from = need(pool().slots(kCount + 1)), to = need(pool().slots(kCount + 1));
    for (unsigned i = 0; i < kCount; i++) need(pool().make_at(CapType::Notification, 0, node(), from + i));
    EXPECT_ERROR(BadArgument, node().copy_run(to, node(), from, 0));
    EXPECT_ERROR(BadArgument, node().copy_run(to, node(), from, kCount + 1));
    EXPECT_ERROR(SlotEmpty, node().copy_run(to, node(), from + 1, kCount));  // the last one is
    EXPECT_OK(node().copy(to + kCount, node(), from));
    EXPECT_ERROR(SlotOccupied, node().copy_run(to + 1, node(), from, kCount));
    for (unsigned i = 0; i < kCount; i++) EXPECT(is_free(to + i));
    EXPECT_OK(node().copy_run(to, node(), from, kCount, Rights::Read));
    for (unsigned i = 0; i < kCount; i++) {
        EXPECT(same(from + i, to + i));
        EXPECT_EQ(look(to + i).rights, Rights::Read);
    }
    EXPECT(!same(from, to + 1));
    EXPECT(need(environment().machine.check()));
}

/// What must not be copied, and where nothing must be written.
void refusals() {
    const CPtr slot = need(pool().slots(3)), endpoint = need(pool().endpoint()).cptr();
    const CPtr table = need(pool().make<PageTable>(CapType::PageTable)).cptr();
    EXPECT_ERROR(NotCopyable, node().copy(slot, node(), arena().cptr()));
    EXPECT_ERROR(NotCopyable, node().copy(slot, node(), table));
    EXPECT_ERROR(NotCopyable, node().mint(slot, node(), arena().cptr(), Rights::All, 1));
    EXPECT_ERROR(SlotOccupied, node().copy(endpoint, node(), endpoint));
    EXPECT_ERROR(SlotEmpty, node().copy(slot, node(), slot + 1));
    EXPECT_ERROR(OutOfRange, node().copy(0, node(), endpoint));
    EXPECT_ERROR(OutOfRange, node().copy(bit(kRootCNodeRadix), node(), endpoint));
    EXPECT_ERROR(MessageTooShort, invoke(node().cptr(), CNodeMethod::Copy, slot, node().cptr(), endpoint));
    EXPECT_ERROR(MessageTooShort, invoke(node().cptr(), CNodeMethod::Mint, slot, node().cptr(), endpoint, 7));
    EXPECT(is_free(slot));
    const CNode read_only(need(pool().slot()));
    EXPECT_OK(node().copy(read_only.cptr(), node(), node().cptr(), Rights::Read));
    EXPECT_ERROR(NoRights, read_only.copy(slot, node(), endpoint));
}

/// A capability moves with its rights and its badge, and its old slot is empty. The Untyped can move too.
void moving() {
    const CPtr source = need(pool().endpoint()).cptr(), slot = need(pool().slots(4));
    EXPECT_OK(node().mint(slot, node(), source, Rights::Write, 77));
    EXPECT_OK(node().move(slot + 1, node(), slot));
    EXPECT(is_free(slot));
    EXPECT_EQ(look(slot + 1).badge, 77);
    EXPECT_EQ(look(slot + 1).rights, Rights::Write);
    EXPECT(same(slot + 1, source));
    EXPECT_ERROR(SlotEmpty, node().move(slot + 2, node(), slot));
    EXPECT_ERROR(SlotOccupied, node().move(slot + 1, node(), source));
    const CNode box = need(pool().cnode(2));
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
    EXPECT_OK(memory.retype(CapType::Tcb, 0, node(), slot + 2));
    EXPECT_OK(box.move(3, node(), memory.cptr()));
    EXPECT_EQ(need(box.info(3)).type, CapType::Untyped);
    EXPECT_OK(node().move(slot + 3, box, 3));
    EXPECT_EQ(need(Untyped(slot + 3).info()).used, 1024);  // its child has come along
    EXPECT(need(environment().machine.check()));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"rights_only_shrink", rights_only_shrink},
                                      {"badges", badges},
                                      {"guards", guards},
                                      {"runs", runs},
                                      {"refusals", refusals},
                                      {"moving", moving}};
    return run_cases(kCases);
}
