// SPDX-License-Identifier: MIT
// Names that outlive what they named: a mapping whose address space or page table is gone and whose place somebody else
// has taken, a Reply in the memory of another. None of them may reach the newcomer.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

void expect_well() { EXPECT(need(environment().machine.check())); }

/// A space with the tables for kArea.
struct Space {
    VSpace root = need(pool().vspace());
    PageTable upper = need(pool().make<PageTable>(CapType::PageTable));
    PageTable lower = need(pool().make<PageTable>(CapType::PageTable));
    Space() {
        need(upper.map(root, kArea));
        need(lower.map(root, kArea));
    }
    void remove() const {
        for (const CPtr slot : {root.cptr(), upper.cptr(), lower.cptr()}) need(node().remove(slot));
    }
};

/// A space dies and another takes its identifier; the mapping of the first, by its capability, is none of the second,
/// even of the same frame at the same address.
void space_with_the_same_identifier() {
    const Frame frame = need(pool().frame());
    const Frame reader = with_rights(frame, Rights::Read), later = with_rights(frame, Rights::All);
    // Each identifier in turn: one of them is that of the dead space.
    const Space victim_of_reuse;
    need(frame.map(victim_of_reuse.root, kArea, MapFlags::ReadWrite));
    victim_of_reuse.remove();
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 24));
    const CPtr slot = need(pool().slots(3 * 1023));
    unsigned made = 0;
    while (made < 1022 && memory.retype(CapType::VSpace, 0, node(), slot + 3 * made)) made++;
    for (unsigned i = 0; i < made; i++) {
        const VSpace other(slot + 3 * i);
        need(memory.retype(CapType::PageTable, 0, node(), slot + 3 * i + 1, 2));
        need(PageTable(slot + 3 * i + 1).map(other, kArea));
        need(PageTable(slot + 3 * i + 2).map(other, kArea));
        need(reader.map(other, kArea, MapFlags::Read));
        EXPECT_ERROR(NotMapped, frame.protect(MapFlags::ReadWrite));
        EXPECT_EQ(need(other.info(kArea)).flags, MapFlags::Read);
        if (i + 1 < made) need(reader.unmap());
    }
    EXPECT_OK(frame.unmap());
    EXPECT_OK(VSpace(slot + 3 * (made - 1)).info(kArea));
    need(later.map(VSpace(slot), kArea, MapFlags::Read));
    EXPECT_OK(node().remove(frame.cptr()));  // revokes nothing, only ends its own mapping
    EXPECT_OK(VSpace(slot).info(kArea));
    EXPECT_OK(VSpace(slot + 3 * (made - 1)).info(kArea));
    expect_well();
}

/// The table of a dead space does not carry its mappings into another.
void table_of_a_dead_space() {
    const Space dead;
    const Frame frame = need(pool().frame());
    need(frame.map(dead.root, kArea, MapFlags::ReadWrite));
    need(node().remove(dead.root.cptr()));
    expect_well();
    const VSpace other = need(pool().vspace());
    EXPECT_ERROR(AlreadyMapped, dead.upper.map(other, kArea));
    EXPECT_OK(dead.upper.unmap());
    EXPECT_OK(dead.upper.map(other, kArea));
    EXPECT_ERROR(NotMapped, other.info(kArea));
    const PageTable fresh = need(pool().make<PageTable>(CapType::PageTable));
    EXPECT_OK(fresh.map(other, kArea));
    const Frame second = need(pool().frame());
    EXPECT_OK(second.map(other, kArea, MapFlags::Read));
    EXPECT_OK(dead.lower.unmap());  // of no concern to the new space
    EXPECT_OK(other.info(kArea));
    EXPECT_ERROR(AlreadyMapped, frame.map(other, kArea + kPageSize, MapFlags::Read));
    EXPECT_OK(frame.unmap());
    EXPECT_OK(other.info(kArea));
    EXPECT_OK(dead.lower.map(other, kArea + kGiB / 2));
    EXPECT_ERROR(NotMapped, other.info(kArea + kGiB / 2));
    expect_well();
}

/// The upper table goes and its memory becomes a frame full of what looks like entries; then the lower table and the
/// frame below it are unmapped.
void table_below_a_gone_table() {
    const VSpace space = need(pool().vspace());
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
    const CPtr slot = need(pool().slot());
    need(memory.retype(CapType::PageTable, 0, node(), slot));
    const PageTable lower = need(pool().make<PageTable>(CapType::PageTable));
    need(PageTable(slot).map(space, kArea));
    need(lower.map(space, kArea));
    const Frame frame = need(pool().frame());
    need(frame.map(space, kArea, MapFlags::ReadWrite));
    EXPECT_OK(node().remove(slot));
    need(memory.retype(CapType::Frame, kFrameBits, node(), slot));
    need(pool().map(Frame(slot), environment().vspace, kArea, MapFlags::ReadWrite));
    const std::uint64_t entry = need(frame.info()).address >> 2 | 1;
    for (unsigned i = 0; i < 512; i++) word_at(kArea + 8 * i) = entry;
    expect_well();
    EXPECT_OK(frame.unmap());
    EXPECT_OK(lower.unmap());
    EXPECT_OK(lower.map(space, kArea));  // now the upper one
    EXPECT_ERROR(MissingTable, frame.map(space, kArea, MapFlags::ReadWrite));
    expect_well();
    EXPECT_OK(node().remove(lower.cptr()));
    EXPECT_OK(node().remove(frame.cptr()));
    unsigned wrong = 0;
    for (unsigned i = 0; i < 512; i++) wrong += word_at(kArea + 8 * i) != entry ? 1 : 0;
    EXPECT_EQ(wrong, 0);
    expect_well();
}

/// A mapped page table travels: by Move, and in a message. It stays mapped, and is unmapped from where it is.
void table_that_moves() {
    const Space other;
    const Frame frame = need(pool().frame());
    need(frame.map(other.root, kArea, MapFlags::Read));
    const CPtr slot = need(pool().slots(2));
    EXPECT_OK(node().move(slot, node(), other.lower.cptr()));
    EXPECT_OK(other.root.info(kArea));
    const Endpoint endpoint = need(pool().endpoint());
    auto receiver = [&] {
        set_receive_slots({node(), slot + 1, 1});
        (void)endpoint.recv(0);
    };
    Thread thread(receiver);
    thread.start();
    utcb()->send_caps[0] = slot;
    EXPECT_OK(endpoint.send({.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(need(node().info(slot + 1)).type, CapType::PageTable);
    EXPECT_OK(other.root.info(kArea));
    EXPECT_ERROR(AlreadyMapped, PageTable(slot + 1).map(other.root, kArea + kGiB / 2));
    EXPECT_OK(PageTable(slot + 1).unmap());
    EXPECT_ERROR(NotMapped, other.root.info(kArea));
    EXPECT_ERROR(NotMapped, PageTable(slot + 1).unmap());
    expect_well();
}

/// A table mapped twice, under itself, and where a table is already.
void tables_in_circles() {
    const VSpace space = need(pool().vspace());
    const PageTable one = need(pool().make<PageTable>(CapType::PageTable));
    EXPECT_OK(one.map(space, kArea));
    EXPECT_ERROR(AlreadyMapped, one.map(space, kArea));  // would be below itself
    EXPECT_ERROR(AlreadyMapped, one.map(space, 0));
    EXPECT_OK(one.unmap());
    EXPECT_OK(one.map(space, 0));
    EXPECT_OK(node().remove(one.cptr()));
    EXPECT_ERROR(NotMapped, space.info(0));
    const Frame frame = need(pool().frame());
    EXPECT_ERROR(MissingTable, frame.map(space, 0, MapFlags::Read));
    expect_well();
}

/// A frame in a CNode that is deleted ends its mapping, as by itself.
void frame_in_a_dying_cnode() {
    const CNode box = need(pool().cnode(3));
    const Frame frame = mapped_frame(kArea);
    EXPECT_OK(box.move(3, node(), frame.cptr()));
    word_at(kArea) = 5;
    EXPECT_OK(node().remove(box.cptr()));
    EXPECT_ERROR(NotMapped, space().info(kArea));
    expect_well();
}

/// A server waits with a Reply that goes; another Reply is made in the same memory. It is not brought by anybody.
void reply_in_the_same_memory() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 5));
    const Endpoint endpoint = need(pool().endpoint()), other = need(pool().endpoint());
    const CPtr slot = need(pool().slot());
    for (const bool holds_caller : {false, true}) {
        need(memory.retype(CapType::Reply, 0, node(), slot));
        Message got{}, answer{};
        auto server = [&] {
            got = endpoint.recv(slot);
            if (holds_caller) got = other.recv(0);
        };
        auto client = [&] { answer = endpoint.call({.tag = Tag(0x77, 0)}); };
        Thread serving(server), calling(client);
        serving.start();
        if (holds_caller) calling.start();
        EXPECT_OK(node().revoke(memory.cptr()));
        need(memory.retype(CapType::Reply, 0, node(), slot));
        expect_well();
        EXPECT_ERROR(NoCaller, Reply(slot).send({}));
        if (!holds_caller) calling.start();
        EXPECT(calling.has_finished());
        if (holds_caller) EXPECT_ERROR(Deleted, answer);
        if (!holds_caller) EXPECT_ERROR(NoReply, answer);
        EXPECT_EQ(got.tag.label(), 0x77);
        EXPECT_ERROR(WouldBlock, endpoint.nb_recv(slot));  // not Busy
        EXPECT_OK(node().revoke(memory.cptr()));
        expect_well();
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"stale_space_with_the_same_identifier", space_with_the_same_identifier},
                                      {"stale_table_of_a_dead_space", table_of_a_dead_space},
                                      {"stale_table_below_a_gone_table", table_below_a_gone_table},
                                      {"stale_table_that_moves", table_that_moves},
                                      {"stale_tables_in_circles", tables_in_circles},
                                      {"stale_frame_in_a_dying_cnode", frame_in_a_dying_cnode},
                                      {"stale_reply_in_the_same_memory", reply_in_the_same_memory}};
    return run_cases(kCases);
}
