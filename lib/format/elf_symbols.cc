// SPDX-License-Identifier: MIT
//
// Names for addresses, so a report can say `main+0x1c` instead of a number. Running a program does not need the section
// table, so damage there is not an error: parts that lie outside the file are ignored. There is no index. A look-up
// reads the whole table, which is fast enough for reports.

#include <algorithm>

#include "format/elf.h"
#include "format/elf_layout.h"

namespace glenda {

using namespace elf_layout;

namespace {

/// The contents of a section; empty if its header points outside the file.
Bytes contents(Bytes image, const SectionHeader& section) {
    if (!fits(section.offset, section.size, image.size())) return {};
    return image.subspan(section.offset, section.size);
}

bool is_function(const Symbol& symbol) {
    return (symbol.info & 0xf) == kSymbolFunction && symbol.section != kSectionUndefined;
}

/// True if the string at `offset` in `names` is `name`.
bool name_is(Bytes names, uint32_t offset, std::string_view name) {
    if (!fits(offset, name.size() + 1, names.size())) return false;
    const std::string_view there = as_text(names.subspan(offset, name.size() + 1));
    return there.back() == '\0' && there.starts_with(name);
}

}  // namespace

/// The first well-formed symbol table.
ElfFile::SymbolTable ElfFile::symbol_table() const {
    const auto header = load<FileHeader>(image_, 0);
    const std::size_t count = header.section_header_count;
    if (header.section_header_size != sizeof(SectionHeader)) return {};
    if (!fits(header.section_headers, count * sizeof(SectionHeader), image_.size())) return {};

    const Bytes table = image_.subspan(header.section_headers, count * sizeof(SectionHeader));
    for (std::size_t i = 0; i < count; ++i) {
        const auto section = load<SectionHeader>(table, i * sizeof(SectionHeader));
        if (section.type != kSectionSymbols || section.entry_size != sizeof(Symbol)) continue;
        if (section.link >= count) continue;
        const auto names = load<SectionHeader>(table, section.link * sizeof(SectionHeader));
        if (names.type != kSectionStrings) continue;

        const Bytes symbols = contents(image_, section);
        return {symbols.first(symbols.size() - symbols.size() % sizeof(Symbol)), contents(image_, names)};
    }
    return {};
}

std::optional<ElfSymbol> ElfFile::symbol_at(uint64_t address) const {
    const ElfSegment* segment = segment_at(address);
    if (segment == nullptr || segment->access != ElfAccess::ReadExecute) return std::nullopt;

    const SymbolTable table = symbol_table();
    std::optional<Symbol> nearest;
    for (std::size_t at = 0; at < table.entries.size(); at += sizeof(Symbol)) {
        const auto symbol = load<Symbol>(table.entries, at);
        if (!is_function(symbol) || symbol.value > address) continue;
        if (symbol.size != 0 && address - symbol.value >= symbol.size) continue;
        if (!nearest || symbol.value > nearest->value) nearest = symbol;
    }
    if (!nearest) return std::nullopt;

    const auto name = text_at(table.names, nearest->name);
    if (!name || name->empty()) return std::nullopt;
    return ElfSymbol{*name, address - nearest->value};
}

std::optional<uint64_t> ElfFile::address_of(std::string_view name) const {
    if (name.empty()) return std::nullopt;  // entry 0 has no name, and is not a symbol
    const SymbolTable table = symbol_table();
    for (std::size_t at = 0; at < table.entries.size(); at += sizeof(Symbol)) {
        const auto symbol = load<Symbol>(table.entries, at);
        if (symbol.section != kSectionUndefined && name_is(table.names, symbol.name, name)) return symbol.value;
    }
    return std::nullopt;
}

}  // namespace glenda
