// SPDX-License-Identifier: MIT
// See catalogue.h. A file is in the first free place from that of its hash on.
#include "image/catalogue.h"

#include "format/cpio.h"
#include "vm/layout.h"

namespace glenda::factotum {

namespace {

/// FNV-1a over both parts, as if they were one text.
std::uint32_t hash_of(std::string_view folder, std::string_view name) {
    std::uint32_t hash = 2166136261;
    for (const std::string_view part : {folder, name}) {
        for (const char c : part) hash = (hash ^ std::uint8_t(c)) * 16777619;
    }
    return hash;
}

/// The program's name as the archive has it, without a leading "/" or "./".
std::string_view plain(std::string_view name) {
    for (;;) {
        if (name.starts_with("./"))
            name.remove_prefix(2);
        else if (name.starts_with("/"))
            name.remove_prefix(1);
        else
            return name;
    }
}

}  // namespace

Catalogue::Catalogue(Memory& memory, ImageStore& images, Bytes archive, std::uint64_t area)
    : images_(images), area_(memory, area) {
    std::uint64_t count = 0;
    CpioReader counter = Cpio(archive).entries();
    for (auto entry = counter.next(); entry && *entry; entry = counter.next()) count++;
    std::uint64_t size = 16;
    while (size < 2 * count) size *= 2;
    File* const files = area_.append<File>(size);
    if (files == nullptr) return;
    table_ = {files, size};
    read(archive);
}

/// Later files replace earlier ones of the same name.
void Catalogue::read(Bytes archive) {
    CpioReader reader = Cpio(archive).entries();
    auto entry = reader.next();
    for (; entry && *entry; entry = reader.next()) {
        File& file = *place_of({}, (*entry)->name);
        file = {.name = (*entry)->name,
                .data = (*entry)->data,
                .hash = hash_of({}, (*entry)->name),
                .is_file = (*entry)->is_file()};
    }
    if (!entry) damage_ = entry.error();
}

/// Where the file is, or would be. Precondition: the table is not empty.
Catalogue::File* Catalogue::place_of(std::string_view folder, std::string_view name) {
    const std::uint32_t hash = hash_of(folder, name);
    for (std::size_t at = hash;; at++) {
        File& file = table_[at & (table_.size() - 1)];
        if (file.name.empty()) return &file;
        if (file.hash == hash && file.name.size() == folder.size() + name.size() && file.name.starts_with(folder) &&
            file.name.ends_with(name))
            return &file;
    }
}

std::expected<Image*, LoadFailure> Catalogue::find(std::string_view name) {
    if (table_.empty())
        return std::unexpected(LoadFailure{ServerError::OutOfMemory, {"no memory for the catalogue", 0}});
    File& file = *place_of(name.find('/') == name.npos ? kFolder : std::string_view{}, plain(name));
    if (file.name.empty()) return std::unexpected(LoadFailure{ServerError::NotFound, damage_});
    if (!file.is_file) return std::unexpected(LoadFailure{ServerError::NotFound, {"not a file", 0}});
    if (file.image == nullptr && !file.fault) parse(file);
    if (file.fault) return std::unexpected(LoadFailure{ServerError::BadExecutable, file.fault});
    if (file.image == nullptr) return std::unexpected(LoadFailure{ServerError::OutOfMemory, {"no memory", 0}});
    return file.image;
}

void Catalogue::parse(File& file) {
    const auto elf = ElfFile::parse(file.data);
    if (!elf) {
        file.fault = elf.error();
        return;
    }
    for (const ElfSegment& segment : elf->segments()) {
        if (segment.vaddr >= kPageSize && segment.end() <= kDeviceArea) continue;
        file.fault = {"a segment lies where programs may not be", 0};
        return;
    }
    file.image = images_.add(*elf, file.data);
}

}  // namespace glenda::factotum
