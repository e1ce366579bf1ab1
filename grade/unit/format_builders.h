// SPDX-License-Identifier: MIT
//
// Shared by the tests of lib/format: builders that write small valid files (an ELF program, a device tree, a cpio
// archive), and reproducible random damage. A test can change any field before the file is written, so each test shows
// the one thing that is wrong with its input.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "format/bytes.h"
#include "format/elf_layout.h"
#include "steps.h"

namespace glenda::test {

using Buffer = std::vector<std::byte>;

/// A copy of `bytes` in an allocation of exactly its size, aligned to 16. AddressSanitizer reports a read past its end.
class ExactCopy {
public:
    explicit ExactCopy(Bytes bytes) : memory_{new std::byte[bytes.size()]}, size_{bytes.size()} {
        if (size_ != 0) std::memcpy(memory_.get(), bytes.data(), size_);
    }
    Bytes bytes() const { return {memory_.get(), size_}; }
    std::string_view text() const { return as_text(bytes()); }

private:
    std::unique_ptr<std::byte[]> memory_;
    std::size_t size_;
};

inline Buffer to_buffer(std::string_view text) {
    Buffer buffer(text.size());
    if (!text.empty()) std::memcpy(buffer.data(), text.data(), text.size());
    return buffer;
}

template <class T>
void append(Buffer& buffer, const T& value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    buffer.insert(buffer.end(), bytes, bytes + sizeof(T));
}

inline void pad(Buffer& buffer, std::size_t unit) { buffer.resize(align_up(buffer.size(), unit)); }

inline void append_text(Buffer& buffer, std::string_view text) {
    const Buffer bytes = to_buffer(text);
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

/// A file from grade/unit/cases, which has small inputs that were once read wrongly. Tests run in the project's folder.
inline Buffer read_case(const std::string& name) {
    std::ifstream file("grade/unit/cases/" + name, std::ios::binary);
    EXPECT_TRUE(file) << "grade/unit/cases/" << name << " cannot be read: run the tests from the project's folder";
    return to_buffer(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// Damages `buffer` in one to four places.
inline void mutate(Buffer& buffer, std::mt19937& random) {
    for (unsigned left = 1 + random() % 4; left > 0 && !buffer.empty(); --left) {
        const std::size_t at = random() % buffer.size();
        const std::size_t run = std::min<std::size_t>(1 + random() % 8, buffer.size() - at);
        const std::size_t from = random() % (buffer.size() - run + 1);
        switch (random() % 6) {
            case 0: buffer[at] = std::byte(random()); break;
            case 1: buffer[at] ^= std::byte(1u << random() % 8); break;
            case 2: std::memset(&buffer[at], random() % 2 == 0 ? 0 : 0xff, run); break;
            case 3: std::memmove(&buffer[at], &buffer[from], run); break;
            case 4: buffer[at] = std::byte(static_cast<unsigned>(buffer[at]) + (random() % 2 == 0 ? 1 : -1)); break;
            case 5:
                if (random() % 8 == 0) buffer.resize(at);
                break;
        }
    }
}

/// Gives `read` 20,000 damaged copies of `sound`. Returns how many it accepted.
inline unsigned damage(const Buffer& sound, const std::function<bool(Bytes)>& read) {
    std::mt19937 random{20240229};
    unsigned accepted = 0;
    for (int round = 0; round < steps(20'000); ++round) {
        Buffer damaged = sound;
        mutate(damaged, random);
        if (read(ExactCopy{damaged}.bytes())) ++accepted;
    }
    return accepted;
}

/// A static program: text at 0x10000 (with the headers), data with .bss on the next page, and three symbols.
struct ElfBuilder {
    static constexpr uint64_t kText = 0x10000;
    static constexpr uint64_t kData = 0x11200;

    elf_layout::FileHeader header{.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
                                  .type = elf_layout::kTypeExecutable,
                                  .machine = elf_layout::kMachineRiscv,
                                  .version = 1,
                                  .entry = kText + 0x180,
                                  .program_headers = 64,
                                  .section_headers = 0x400,
                                  .flags = 1,
                                  .header_size = 64,
                                  .program_header_size = 56,
                                  .program_header_count = 0,
                                  .section_header_size = 64,
                                  .section_header_count = 3,
                                  .section_names = 0};
    std::vector<elf_layout::ProgramHeader> programs{
        {1, 5, 0, kText, kText, 0x200, 0x200, 0x1000},
        {1, 6, 0x200, kData, kData, 0x100, 0x1400, 0x1000},
    };
    std::vector<elf_layout::Symbol> symbols{
        {0, 0, 0, 0, 0, 0},
        {1, 0x12, 0, 1, kText + 0x180, 0},     // _start: a function without a size
        {8, 0x12, 0, 1, kText + 0x190, 0x20},  // main
        {13, 0x11, 0, 2, kData, 8},            // counter: not a function
    };
    std::string names = std::string("\0_start\0main\0counter\0", 21);
    std::vector<elf_layout::SectionHeader> sections{
        {},
        {0, elf_layout::kSectionSymbols, 0, 0, 0x300, 0, 2, 1, 8, sizeof(elf_layout::Symbol)},
        {0, elf_layout::kSectionStrings, 0, 0, 0x3c0, 0, 0, 0, 1, 0},
    };

    Buffer build() const {
        Buffer file(0x400 + sections.size() * 64);
        auto head = header;
        if (head.program_header_count == 0) head.program_header_count = static_cast<uint16_t>(programs.size());
        auto table = sections;
        if (table.size() > 1 && table[1].size == 0) table[1].size = symbols.size() * sizeof(symbols[0]);
        if (table.size() > 2 && table[2].size == 0) table[2].size = names.size();
        std::memcpy(file.data(), &head, sizeof(head));
        std::memcpy(&file[64], programs.data(), programs.size() * 56);
        for (std::size_t i = 0x180; i < 0x300; ++i) file[i] = std::byte(i);
        std::memcpy(&file[0x300], symbols.data(), symbols.size() * 24);
        std::memcpy(&file[0x3c0], names.data(), names.size());
        std::memcpy(&file[0x400], table.data(), table.size() * 64);
        return file;
    }
};

/// A device tree, token by token. The order may be wrong.
class FdtBuilder {
public:
    FdtBuilder& begin(std::string_view name) {
        word(1);
        append_text(structure_, name);
        structure_.push_back({});
        pad(structure_, 4);
        return *this;
    }
    FdtBuilder& end() { return word(2); }
    FdtBuilder& nop() { return word(4); }
    FdtBuilder& finish() { return word(9); }
    FdtBuilder& word(uint32_t value) {
        append(structure_, swap_bytes(value));
        return *this;
    }
    FdtBuilder& value(std::string_view name, const Buffer& bytes) {
        word(3).word(static_cast<uint32_t>(bytes.size())).word(name_offset(name));
        structure_.insert(structure_.end(), bytes.begin(), bytes.end());
        pad(structure_, 4);
        return *this;
    }
    FdtBuilder& cells(std::string_view name, std::initializer_list<uint32_t> numbers) {
        Buffer bytes;
        for (const uint32_t number : numbers) append(bytes, swap_bytes(number));
        return value(name, bytes);
    }
    /// A list of strings: `text` with a NUL after each but the last, which gets its own.
    FdtBuilder& string(std::string_view name, std::string_view text) {
        Buffer bytes = to_buffer(text);
        bytes.push_back({});
        return value(name, bytes);
    }
    FdtBuilder& reserve(uint64_t base, uint64_t size) {
        for (const uint64_t number : {base, size}) {
            append(reservations_, swap_bytes(static_cast<uint32_t>(number >> 32)));
            append(reservations_, swap_bytes(static_cast<uint32_t>(number)));
        }
        return *this;
    }

    /// The blob: header, reservations, structure, strings. `header[i]` is the i-th number of the header.
    Buffer build(const std::function<void(std::vector<uint32_t>& header)>& change = {}) const {
        Buffer reservations = reservations_;
        reservations.resize(reservations.size() + 16);
        const auto structure_at = static_cast<uint32_t>(40 + reservations.size());
        const auto strings_at = static_cast<uint32_t>(structure_at + structure_.size());
        const auto total = static_cast<uint32_t>(strings_at + strings_.size());
        std::vector<uint32_t> header{0xd00dfeed,
                                     total,
                                     structure_at,
                                     strings_at,
                                     40,
                                     17,
                                     16,
                                     0,
                                     static_cast<uint32_t>(strings_.size()),
                                     static_cast<uint32_t>(structure_.size())};
        if (change) change(header);
        Buffer blob;
        for (const uint32_t number : header) append(blob, swap_bytes(number));
        blob.insert(blob.end(), reservations.begin(), reservations.end());
        blob.insert(blob.end(), structure_.begin(), structure_.end());
        append_text(blob, strings_);
        return blob;
    }

private:
    uint32_t name_offset(std::string_view name) {
        const std::string entry = std::string(name) + '\0';
        if (strings_.find(entry) == std::string::npos) strings_ += entry;
        return static_cast<uint32_t>(strings_.find(entry));
    }

    Buffer reservations_;
    Buffer structure_;
    std::string strings_;
};

/// A newc archive.
class CpioBuilder {
public:
    CpioBuilder& add(std::string_view name, std::string_view data, uint32_t mode = 0100644, uint32_t inode = 1,
                     uint32_t links = 1, uint32_t device = 0) {
        char header[111];
        std::snprintf(header, sizeof(header), "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", inode,
                      mode, 0, 0, links, 0, data.size(), 0, device, 0, 0, name.size() + 1, 0);
        append_text(archive_, {header, 110});
        append_text(archive_, name);
        archive_.push_back({});
        pad(archive_, 4);
        append_text(archive_, data);
        pad(archive_, 4);
        return *this;
    }
    /// One of the names of file `inode`.
    CpioBuilder& link(std::string_view name, std::string_view data, uint32_t inode, uint32_t device = 0) {
        return add(name, data, 0100644, inode, 2, device);
    }
    Buffer build() {
        add("TRAILER!!!", "", 0);
        return archive_;
    }
    Buffer without_trailer() const { return archive_; }

private:
    Buffer archive_;
};

}  // namespace glenda::test
