// SPDX-License-Identifier: MIT
// See process.h. Memory: the heap, maps, memory objects and their pagers.
#include "ask_factotum.h"

namespace glenda::process {

namespace {

Answer<std::uint64_t> create_object(ObjectKind kind, std::uint64_t pages, std::uint64_t index) {
    Received reply;
    TRY(caps, transact(server(), MessageWriter(FactotumMethod::ObjectCreate).word(pages).word(kind), reply,
                       {environment().cnode, index, 1}));
    CHECK(caps == 1, ServerError::Broken);
    return reply.reader().word();
}

}  // namespace

Answer<std::uint64_t> sbrk(std::int64_t bytes) { return ask_word(FactotumMethod::Sbrk, bytes, this_thread()); }

Answer<std::uint64_t> map(std::uint64_t bytes, MapFlags rights, MmapFlags flags, std::uint64_t address) {
    if (flags <= MmapFlags::Shared) return ask_word(FactotumMethod::Mmap, address, bytes, rights, flags);
    MessageWriter request(FactotumMethod::Mmap);
    request.word(address).word(bytes).word(rights).word(flags).word(this_thread());
    Received reply;
    TRY_VOID(transact(server(), request, reply));
    return reply.words[0];
}

Answer<std::uint64_t> create_memory(std::uint64_t pages, std::uint64_t index) {
    return create_object(ObjectKind::Anonymous, pages, index);
}

Answer<std::uint64_t> create_paged(std::uint64_t pages, std::uint64_t index) {
    return create_object(ObjectKind::Pager, pages, index);
}

Answer<WantedPage> take_wanted_page(WaitFlags flags) {
    TRY(reply, ask(server(), FactotumMethod::PagerTake, flags, this_thread()));
    CHECK(reply.tag.length() == 3, ServerError::Broken);
    return WantedPage{reply.words[0], reply.words[1], reply.words[2]};
}

Answer<void> supply_pages(std::uint64_t number, std::uint64_t page, std::uint64_t count, CPtr source,
                          std::uint64_t source_page) {
    MessageWriter request(FactotumMethod::PagerSupply);
    request.word(number).word(page).word(count).word(source_page).word(this_thread()).cap(source);
    Received reply;
    TRY_VOID(transact(server(), request, reply));
    return {};
}

Answer<std::uint64_t> map_object(CPtr object, std::uint64_t offset, std::uint64_t bytes, MapFlags rights,
                                 MmapFlags flags, std::uint64_t address) {
    MessageWriter request(FactotumMethod::Mmap);
    request.word(address).word(bytes).word(rights).word(flags).word(this_thread()).word(offset).cap(object);
    Received reply;
    TRY_VOID(transact(server(), request, reply));
    return reply.reader().word();
}

Answer<ObjectInfo> object_info(CPtr object) {
    Received reply;
    TRY_VOID(transact(server(), MessageWriter(FactotumMethod::ObjectInfo).cap(object), reply));
    MessageReader reader = reply.reader();
    const auto kind = ObjectKind(reader.word());
    const std::uint64_t pages = reader.word(), resident = reader.word();
    return ObjectInfo{kind, pages, resident};
}

Answer<void> unmap(std::uint64_t address, std::uint64_t bytes) {
    return tell(FactotumMethod::Munmap, address, bytes, this_thread());
}

Answer<void> protect(std::uint64_t address, std::uint64_t bytes, MapFlags rights) {
    return tell(FactotumMethod::Mprotect, address, bytes, rights, this_thread());
}

Answer<MemoryInfo> memory() {
    TRY(reply, ask(server(), FactotumMethod::MemoryInfo));
    CHECK(reply.tag.length() == 4, ServerError::Broken);
    return MemoryInfo{reply.words[0], reply.words[1], reply.words[2], reply.words[3]};
}

}  // namespace glenda::process
