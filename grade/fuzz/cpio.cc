// SPDX-License-Identifier: MIT
// What lib/format/cpio.h promises: entries lie in the archive, reading ends, and `find` agrees with reading.
#include "format/cpio.h"

#include "parser.h"

namespace glenda::fuzz {

namespace {

void check_entry(const CpioEntry& entry, Bytes archive) {
    touch(entry.name);
    touch(entry.data);
    expect(!entry.name.starts_with('/') && !entry.name.starts_with("./"), "a name begins with its first folder");
    if (entry.data.empty()) return;
    expect(&entry.data.front() >= &archive.front() && &entry.data.back() <= &archive.back(), "data is in the archive");
    expect((&entry.data.front() - &archive.front()) % 4 == 0, "data starts on a multiple of 4");
}

}  // namespace

bool cpio(Bytes archive) {
    CpioReader reader = Cpio{archive}.entries();
    std::string_view last;
    for (std::size_t entries = 0;; ++entries) {
        expect(entries <= archive.size() / 110, "an entry takes at least a header");
        const auto entry = reader.next();
        if (!entry) {
            expect(!reader.next(), "damage is for good");
            (void)Cpio{archive}.find(last);
            return false;
        }
        if (!*entry) break;
        check_entry(**entry, archive);
        last = (*entry)->name;
    }
    if (!last.empty()) expect(Cpio{archive}.find(last).has_value(), "an entry that was read is found");
    (void)Cpio{archive}.find("./a");
    return true;
}

}  // namespace glenda::fuzz
