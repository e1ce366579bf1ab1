// SPDX-License-Identifier: MIT
// References that outlive their object: a mapping whose address space or page table was deleted and whose ASID or
// memory was reused, a Reply made in the memory of another one. None of them may affect the new object.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// An address space with page tables for kArea.
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

/// An address space is deleted and another one gets its ASID. A Frame capability that was mapped in the first does not
/// affect the second, even if that maps the same frame at the same address.
void space_with_the_same_asid() {
    const Frame frame = need(pool().frame());
    const Frame reader = with_rights(frame, Rights::Read), later = with_rights(frame, Rights::All);
    // Use all ASIDs in turn: one of them is that of the deleted space.
    const Space first;
    need(frame.map(first.root, kArea, MapFlags::ReadWrite));
    first.remove();
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
    EXPECT_OK(node().remove(frame.cptr()));  // no Revoke: it only removes its own mapping
    EXPECT_OK(VSpace(slot).info(kArea));
    EXPECT_OK(VSpace(slot + 3 * (made - 1)).info(kArea));
    expect_invariants();
}

/// A page table of a deleted space does not carry its mappings into another space.
void table_of_a_deleted_space() {
    const Space deleted;
    const Frame frame = need(pool().frame());
    need(frame.map(deleted.root, kArea, MapFlags::ReadWrite));
    need(node().remove(deleted.root.cptr()));
    expect_invariants();
    const VSpace other = need(pool().vspace());
    EXPECT_ERROR(AlreadyMapped, deleted.upper.map(other, kArea));
    EXPECT_OK(deleted.upper.unmap());
    EXPECT_OK(deleted.upper.map(other, kArea));
    EXPECT_ERROR(NotMapped, other.info(kArea));
    const PageTable fresh = need(pool().make<PageTable>(CapType::PageTable));
    EXPECT_OK(fresh.map(other, kArea));
    const Frame second = need(pool().frame());
    EXPECT_OK(second.map(other, kArea, MapFlags::Read));
    EXPECT_OK(deleted.lower.unmap());  // does not affect the new space
    EXPECT_OK(other.info(kArea));
    EXPECT_ERROR(AlreadyMapped, frame.map(other, kArea + kPageSize, MapFlags::Read));
    EXPECT_OK(frame.unmap());
    EXPECT_OK(other.info(kArea));
    EXPECT_OK(deleted.lower.map(other, kArea + kGiB / 2));
    EXPECT_ERROR(NotMapped, other.info(kArea + kGiB / 2));
    expect_invariants();
}

/// The upper table is deleted, and its memory becomes a frame full of words that look like page table entries. Then the
/// lower table and the frame below it are unmapped.
void table_below_a_deleted_table() {
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
    expect_invariants();
    EXPECT_OK(frame.unmap());
    EXPECT_OK(lower.unmap());
    EXPECT_OK(lower.map(space, kArea));  // now it is the upper one
    EXPECT_ERROR(MissingTable, frame.map(space, kArea, MapFlags::ReadWrite));
    expect_invariants();
    EXPECT_OK(node().remove(lower.cptr()));
    EXPECT_OK(node().remove(frame.cptr()));
    unsigned wrong = 0;
    for (unsigned i = 0; i < 512; i++) wrong += word_at(kArea + 8 * i) != entry ? 1 : 0;
    EXPECT_EQ(wrong, 0);
    expect_invariants();
}

/// The capability to a mapped page table is moved, and sent in a message. The table stays mapped, and can be unmapped
/// through the capability's new slot.
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
    expect_invariants();
}

/// A page table cannot be mapped twice, below itself, or where a table is mapped already.
void table_mapped_twice() {
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
    expect_invariants();
}

/// Deleting a CNode that holds the last capability to a frame removes the frame's mapping.
void frame_in_a_deleted_cnode() {
    const CNode box = need(pool().cnode(3));
    const Frame frame = mapped_frame(kArea);
    EXPECT_OK(box.move(3, node(), frame.cptr()));
    word_at(kArea) = 5;
    EXPECT_OK(node().remove(box.cptr()));
    EXPECT_ERROR(NotMapped, space().info(kArea));
    expect_invariants();
}

/// A server waits with a Reply that is deleted. Another Reply made in the same memory is not in use.
void reply_in_the_same_memory() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 5));
    const Endpoint endpoint = need(pool().endpoint()), other = need(pool().endpoint());
    const CPtr slot = need(pool().slot());
    for (const bool holds_caller : {false, true}) {
        need(memory.retype(CapType::Reply, 0, node(), slot));
        Message got{}, received{};
        auto server = [&] {
            got = endpoint.recv(slot);
            if (holds_caller) got = other.recv(0);
        };
        auto client = [&] { received = endpoint.call({.tag = Tag(0x77, 0)}); };
        Thread serving(server), calling(client);
        serving.start();
        if (holds_caller) calling.start();
        EXPECT_OK(node().revoke(memory.cptr()));
        need(memory.retype(CapType::Reply, 0, node(), slot));
        expect_invariants();
        EXPECT_ERROR(NoCaller, Reply(slot).send({}));
        if (!holds_caller) calling.start();
        EXPECT(calling.has_finished());
        if (holds_caller) EXPECT_ERROR(Deleted, received);
        if (!holds_caller) EXPECT_ERROR(NoReply, received);
        EXPECT_EQ(got.tag.label(), 0x77);
        EXPECT_ERROR(WouldBlock, endpoint.nb_recv(slot));  // not Busy
        EXPECT_OK(node().revoke(memory.cptr()));
        expect_invariants();
    }
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"stale_space_with_the_same_asid", space_with_the_same_asid},
                                      {"stale_table_of_a_deleted_space", table_of_a_deleted_space},
                                      {"stale_table_below_a_deleted_table", table_below_a_deleted_table},
                                      {"stale_table_that_moves", table_that_moves},
                                      {"stale_table_mapped_twice", table_mapped_twice},
                                      {"stale_frame_in_a_deleted_cnode", frame_in_a_deleted_cnode},
                                      {"stale_reply_in_the_same_memory", reply_in_the_same_memory}};
    return run_cases(kCases);
}
