// SPDX-License-Identifier: MIT
// Chooses the cases and runs them; see selftest.h. The cases are in selftest/.
#include "selftest.h"

#include "arch/arch.h"
#include "boot/hardware.h"
#include "debug/print.h"
#include "selftest/cases.h"

namespace glenda {

namespace selftest {

namespace {

constinit std::string_view running;
constinit bool failed = false;

/// Whether the list `names`, with commas, is empty or has `name` in it.
bool selects(std::string_view names, std::string_view name) {
    if (names.empty()) return true;
    while (!names.empty()) {
        const std::string_view first = names.substr(0, names.find(','));
        if (first == name) return true;
        names.remove_prefix(first.size() < names.size() ? first.size() + 1 : names.size());
    }
    return false;
}

/// A keyed hash: FNV-1a over "nonce:name", then a finaliser that lets every bit count.
std::uint64_t tag_of(std::string_view nonce, std::string_view name) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const std::string_view text : {nonce, std::string_view(":"), name}) {
        for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01b3;
    }
    hash = (hash ^ hash >> 33) * 0xff51'afd7'ed55'8ccd;
    hash = (hash ^ hash >> 33) * 0xc4ce'b9fe'1a85'ec53;
    return hash ^ hash >> 33;
}

void print_tag(std::uint64_t tag) {
    for (int shift = 60; shift >= 0; shift -= 4) arch::console_put("0123456789abcdef"[tag >> shift & 15]);
}

void report_success(std::string_view nonce) {
    print("ok ", running);
    if (!nonce.empty()) {
        print(" ");
        print_tag(tag_of(nonce, running));
    }
    print("\n");
}

}  // namespace

void check(bool holds, const char* text, const char* file, int line) {
    if (holds || failed) return;  // the first failure is the cause
    failed = true;
    print("FAIL ", running, ": ", file, ":", line, ": ", text, "\n");
}

void check_equal(std::uint64_t got, std::uint64_t wanted, const char* text, const char* file, int line) {
    if (got == wanted || failed) return;
    failed = true;
    print("FAIL ", running, ": ", file, ":", line, ": ", text, ", got ", got, " (", Hex{got}, ")\n");
}

bool has_failed() { return failed; }

}  // namespace selftest

void run_selftest(std::string_view command_line) {
    using namespace selftest;
    const std::string_view exercise = option(command_line, "selftest"), names = option(command_line, "case");
    if (exercise.empty()) return;
    unsigned passed = 0, wrong = 0;
    for (const std::span<const Case> list : {cases(), more_cases()}) {
        for (const Case& test : list) {
            if (exercise != test.exercise || !selects(names, test.name)) continue;
            running = test.name;
            failed = false;
            test.run();
            (failed ? wrong : passed)++;
            if (!failed) report_success(option(command_line, "nonce"));
        }
    }
    print("ktest: ", passed, " passed, ", wrong, " failed\n");
    arch::shutdown();
}

}  // namespace glenda
