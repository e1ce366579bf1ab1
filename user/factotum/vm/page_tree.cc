// SPDX-License-Identifier: MIT
// See page_tree.h.
#include "vm/page_tree.h"

#include "vm/layout.h"

namespace glenda::factotum {

Result<void> PageTree::create(Memory& memory) {
    TRY(root, memory.take_object(CapType::VSpace));
    root_ = root;
    vspace_ = memory.slots().product(root);
    return {};
}

/// The root first: then nothing is mapped any more, and the kernel need not clear entries one by one.
bool PageTree::destroy(Memory& memory, unsigned& steps) {
    constexpr unsigned kStepsOfTable = 60;
    if (vspace_ != 0) memory.give_object(root_);
    vspace_ = 0;
    for (unsigned i = 0; tables_ != 0; i++) {
        if (!directories_[i]) continue;
        for (TableEntry& leaf : std::span(directory_at(memory, directories_[i]), kEntries)) {
            if (!leaf) continue;
            if (steps < kStepsOfTable) return false;
            steps -= kStepsOfTable;
            free_table(memory, leaf);
        }
        free_table(memory, directories_[i]);
    }
    return true;
}

void PageTree::free_table(Memory& memory, TableEntry& entry) {
    memory.give_object(entry.table());
    memory.give_frame(entry.frame);
    entry = {};
    tables_--;
}

Result<PageEntry*> PageTree::ensure_new(Memory& memory, std::uint64_t address) {
    TRY_VOID(ensure_tables(memory, address, kPageSize));
    return find(memory, address);
}

Result<void> PageTree::ensure_tables(Memory& memory, std::uint64_t address, std::uint64_t size) {
    if (size >= kDirectorySize) return {};
    TableEntry& directory = directories_[address / kDirectorySize];
    if (!directory) TRY_VOID(make_table(memory, directory, address));
    if (size >= kLeafSize) return {};
    TableEntry& leaf = directory_at(memory, directory)[address / kLeafSize % kEntries];
    if (!leaf) TRY_VOID(make_table(memory, leaf, address));
    return {};
}

/// Makes the highest table that is missing at `address`, and the frame beside it.
Result<void> PageTree::make_table(Memory& memory, TableEntry& entry, std::uint64_t address) {
    TRY(table, memory.take_object(CapType::PageTable));
    const auto frame = memory.take_zeroed();
    const auto mapped = frame ? memory.kernel().map_table(memory.slots().product(table), vspace_, address)
                              : Result<void>(Failure(frame.error()));
    if (!mapped) {
        if (frame) memory.give_frame(*frame);
        memory.give_object(table);
        return mapped;
    }
    entry = {table + 1, *frame};
    tables_++;
    return {};
}

bool PageTree::is_usual(const Memory& memory) const {
    return vspace_ != 0 && tables_ == 4 && find(memory, kUsualImage) != nullptr && find(memory, kStackTop) != nullptr;
}

PageTree::Usual PageTree::detach() {
    const Usual usual{root_, directories_.front(), directories_.back()};
    directories_.front() = directories_.back() = {};
    vspace_ = 0;
    tables_ = 0;
    return usual;
}

void PageTree::attach(const Memory& memory, const Usual& usual) {
    root_ = usual.root;
    vspace_ = memory.slots().product(root_);
    directories_.front() = usual.low;
    directories_.back() = usual.high;
    tables_ = 4;
}

}  // namespace glenda::factotum
