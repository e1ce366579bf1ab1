// SPDX-License-Identifier: MIT
// Pretends to be a kernel with a test program: root=bin/NAME on the command line says which kind of end it comes to.
// For tests of the grader (grade/tests/test_lab_grade.py), which decides by what is printed.
#include "guest.h"

static const char* line;  // the kernel's command line

static int starts_with(const char* text, const char* start) {
    for (; *start != 0; ++text, ++start) {
        if (*text != *start) return 0;
    }
    return 1;
}

/// The device tree is a block of memory whose big-endian word 1 is its size. The command line is the text in it that
/// begins with "root=bin/".
static void find_line(const char* tree) {
    const uint8_t* word = (const uint8_t*)tree + 4;
    const uint32_t size = word[0] << 24 | word[1] << 16 | word[2] << 8 | word[3];
    for (line = tree; line < tree + size && !starts_with(line, "root=bin/");) ++line;
}

/// What follows `key` on the command line.
static const char* option(const char* key) {
    for (const char* at = line; *at != 0; ++at) {
        if (starts_with(at, key)) {
            while (*key++ != 0) ++at;
            return at;
        }
    }
    return "";
}

static int is_end(char c) { return c == 0 || c == ' ' || c == ','; }

static uint64_t add(uint64_t hash, const char* word) {
    for (; !is_end(*word); ++word) hash = (hash ^ (uint8_t)*word) * 0x100000001b3;
    return hash;
}

/// As user/tests/common/tag.h has it.
static uint64_t tag_of(const char* name) {
    uint64_t hash = add(add(add(0xcbf29ce484222325, option("nonce=")), ":"), name);
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
    return hash ^ hash >> 33;
}

static void print_hex(uint64_t value, int digits) {
    while (digits-- > 0) sbi(1, "0123456789abcdef"[value >> 4 * digits & 15]);
}

static const char* print_word(const char* word) {
    while (!is_end(*word)) sbi(1, *word++);
    return word;
}

/// Reports every case of the command line as passed.
static void pass(uint64_t spoil) {
    int count = 0;
    for (const char* name = option("case="); !is_end(*name); name += *name == ',', ++count) {
        print("ok ");
        const uint64_t tag = tag_of(name) ^ spoil;
        name = print_word(name);
        print(" ");
        print_hex(tag, 16);
        print("\n");
    }
    print("ktest: ");
    print_number(count);
    print(" passed, 0 failed\n");
}

/// Its report names the place from which it was called as a trap's does: by the address after the call.
__attribute__((noinline)) static void panic(const char* what) {
    print("\nPANIC: ");
    print(what);
    print("\n  at pc 0x");
    print_hex((uint64_t)&pass, 8);
    print(", called from 0x");
    print_hex((uint64_t)__builtin_return_address(0), 8);
    print("\n");
}

static void flood(const char* text) {
    for (;;) print(text);
}

__attribute__((noinline)) static void hang(void) {
    for (;;) asm volatile("" ::: "memory");
}

__attribute__((noinline)) static void look_for_more(void) {
    hang();
    print("");  // so that it is no tail call
}

__attribute__((noinline)) static void panic_on_trap(void) {
    panic("trap in the kernel: cause 15, address 0x20");  // the line that the stack names
    print("");
}

int main(long hart, const char* tree) {
    (void)hart;
    find_line(tree);
    const char* name = line + 9;
    if (starts_with(name, "silent")) hang();
    if (starts_with(name, "off")) return 0;
    print("Glenda: not really\n");
    if (starts_with(name, "good")) pass(0);
    if (starts_with(name, "todo")) print("\n");
    if (starts_with(name, "todo_service")) print("driver: ");
    if (starts_with(name, "todo")) print("Exercise 2.3 is missing: kernel/cap/slot.cc, Slot::take()\n");
    if (starts_with(name, "panic")) {
        panic_on_trap();
        if (starts_with(name, "panic_flood")) flood("and more\n");
        print("END PANIC\n");
        hang();
    }
    if (starts_with(name, "busy")) {
        print("case one\nok one 0123456789abcdef\ncase two\n");
        look_for_more();
    }
    if (starts_with(name, "idle")) {
        disarm_timer();
        for (;;) sleep_for(0);
    }
    if (starts_with(name, "nap")) {
        for (;;) {
            set_timer(now() + kTicksPerSecond);
            sleep_for(kTimer);
        }
    }
    if (starts_with(name, "flood")) flood("all work and no play\n");
    if (starts_with(name, "early")) print("ok one 0123456789abcdef\n");
    if (starts_with(name, "wrong")) {
        print(
            "FAIL one: user/tests/lab2_x.cc:88: error_of(copy), got Ok, wanted InvalidCapability\n"
            "also one: user/tests/lab2_x.cc:89: value == 7, got 0, wanted 7\n");
        if (starts_with(name, "wrong_hang")) hang();
        print("ktest: 0 passed, 1 failed\n");
    }
    if (starts_with(name, "leak"))
        print("LEAK one: user/tests/common/ktest.cc:50: used == 0, got 64, wanted 0\nktest: 0 passed, 1 failed\n");
    if (starts_with(name, "broken")) {
        panic("invariant violated: a slot is in the derivation tree twice");
        print("END PANIC\n");
        pass(0);
    }
    if (starts_with(name, "fixed")) print("ok one\nok two\nktest: 2 passed, 0 failed\n");
    if (starts_with(name, "replayed")) pass(1);
    if (starts_with(name, "summary")) print("ktest: 2 passed, 0 failed\n");
    if (starts_with(name, "odd")) {
        print("\r\xff\xfe\xc3(\x1b[2J\x1b]0;title\x07\r\n");
        pass(0);
    }
    if (starts_with(name, "odd_wrong")) print("FAIL one: \x1b[31mred\x1b[0m\xff\r\n");
    return 0;
}
