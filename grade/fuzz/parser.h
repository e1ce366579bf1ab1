// SPDX-License-Identifier: MIT
// The parsers under attack. Each function below reads any bytes whatsoever, uses all that its parser offers, and checks
// what the parser's header promises. `make fuzz-parsers` has libFuzzer look for bytes that break a promise; the corpus
// that it has left, grade/fuzz/corpus, is read again by each run of the unit tests (grade/unit/corpus_test.cc).
//
// A new parser needs three things: a function here, its line in PARSERS of grade/build.mk, and a folder of the corpus.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "format/bytes.h"

namespace glenda::fuzz {

/// Ends the program if a promise is broken; sanitizers see to the rest.
inline void expect(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

/// Reads memory, so that AddressSanitizer sees what a view covers.
inline void touch(Bytes bytes) {
    volatile unsigned sum = 0;
    for (const std::byte byte : bytes) sum = sum + static_cast<unsigned>(byte);
}
inline void touch(std::string_view text) { touch(std::as_bytes(std::span(text))); }

/// Each returns whether its parser accepted the bytes, which are aligned to 8.
bool elf(Bytes file);
bool cpio(Bytes archive);
bool fdt(Bytes blob);
bool toml(Bytes file);
bool init(Bytes file);     // init.toml as 9Ball reads it
bool drivers(Bytes file);  // drivers.toml as Unicorn reads it
bool symbol(Bytes name);   // a function's name in a crash report
bool keys(Bytes typed);    // what a terminal sends to the console

}  // namespace glenda::fuzz
