// SPDX-License-Identifier: MIT
// What lib/format/elf.h promises about an executable that `parse` has accepted.
#include "format/elf.h"

#include "parser.h"

namespace glenda::fuzz {

namespace {

void check_segment(const ElfSegment& segment, std::uint64_t free_from, Bytes file) {
    expect(segment.vaddr / kElfPageSize * kElfPageSize >= free_from, "segments ascend and share no page");
    expect(segment.memory_size > 0 && segment.end() > segment.vaddr, "a segment is not empty");
    expect(segment.end() <= kElfAddressLimit, "a segment lies in user space");
    expect(segment.data.size() <= segment.memory_size, "a segment has room for its data");
    if (segment.data.empty()) return;
    expect(&segment.data.front() >= &file.front() && &segment.data.back() <= &file.back(), "its data is in the file");
    touch(segment.data);
}

}  // namespace

bool elf(Bytes file) {
    const auto program = ElfFile::parse(file);
    if (!program) return false;
    std::uint64_t free_from = 0;
    for (const ElfSegment& segment : program->segments()) {
        check_segment(segment, free_from, file);
        expect(program->segment_at(segment.vaddr) == &segment, "a segment is found by its first address");
        expect(program->segment_at(segment.end() - 1) == &segment, "a segment is found by its last address");
        free_from = align_up(segment.end(), kElfPageSize);
    }
    const ElfSegment* code = program->segment_at(program->entry());
    expect(code != nullptr && code->access == ElfAccess::ReadExecute, "the entry is code");
    expect(program->entry() - code->vaddr < code->data.size(), "the entry is in the file");

    for (const std::uint64_t address : {program->entry(), code->vaddr, code->end() - 1, std::uint64_t{0}})
        if (const auto function = program->symbol_at(address)) {
            touch(function->name);
            expect(function->offset <= address, "a function begins before the address in it");
        }
    for (const char* name : {"main", "counter", "absent", ""}) (void)program->address_of(name);
    if (const auto table = program->header_table())
        expect(program->segment_at(table->vaddr) != nullptr, "the table of headers is in a segment");
    return true;
}

}  // namespace glenda::fuzz
