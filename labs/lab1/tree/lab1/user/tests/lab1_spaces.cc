// SPDX-License-Identifier: MIT
// What threads share and what each has for itself, address spaces and UTCBs: exercise 1.6.
#include "tests/common/threads.h"

using namespace glenda;
using namespace glenda::check;

namespace {

void set_to_one(Word& word) { word = 1; }

// --- shared spaces ------------------------------------------------------------------------------------------

void threads_share_memory() {
    Word word = 0;
    const auto wait_and_answer = [](Word& at) {
        while (at != 1) thread::yield();
        word_at(kArea + 8) = 2;  // mapped only after this thread was made
        at = 3;
    };
    const long thread = prepare(wait_and_answer, word, 0);
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT_EQ(space::map(kOwnVSpace, kArea, kPageSize, MapFlags::ReadWrite), 0);
    EXPECT_EQ(word_at(kArea + 8), 0);
    word = 1;
    EXPECT(comes_true([&] { return word == 3; }));
    EXPECT_EQ(word_at(kArea + 8), 2);
    EXPECT_EQ(space::unmap(kOwnVSpace, kArea, kPageSize), 0);
    EXPECT_EQ(space::close(thread), 0);
    EXPECT_EQ(word, 3);  // the thread is gone, and the space is not
}

/// Runs in another space: position-independent, without the stack, and gone after its last word.
[[gnu::naked]] void store_and_spin() { asm volatile("1: sd a0, 0(a1)\n addi a0, a0, 1\n j 1b"); }

/// Another VSpace with the page of store_and_spin at its own address, and a page of memory at kArea, which this program
/// has at `own`. Returns its handle.
long other_space(std::uint64_t own) {
    const std::uint64_t code = align_down(std::uint64_t(&store_and_spin), kPageSize);
    const long other = space::create();
    EXPECT(other >= long(kFirstHandle));
    EXPECT_EQ(space::share(other, code, 2 * kPageSize, MapFlags::ReadExecute, code), 0);
    EXPECT_EQ(space::map(kOwnVSpace, own, kPageSize, MapFlags::ReadWrite), 0);
    EXPECT_EQ(space::share(other, kArea, kPageSize, MapFlags::ReadWrite, own), 0);
    return other;
}

void spaces_are_apart() {
    constexpr std::uint64_t kOwn = kArea + 16 * kPageSize;
    const long other = other_space(kOwn);
    EXPECT(space::share(other, kArea + kPageSize, kPageSize, MapFlags::ReadWrite, kArea) < 0);  // not mapped here
    const long thread = thread::create();
    EXPECT_EQ(thread::configure(thread, kOwnCSpace, other, 0), 0);
    EXPECT_EQ(thread::write_registers(thread, {.pc = std::uint64_t(&store_and_spin), .a0 = 5, .a1 = kArea}), 0);
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([] { return word_at(kOwn) > 5; }));
    EXPECT_EQ(space::close(other), 0);  // the thread still uses it
    const std::uint64_t before = word_at(kOwn);
    EXPECT(comes_true([=] { return word_at(kOwn) > before; }));
    EXPECT_EQ(space::close(thread), 0);
    EXPECT_EQ(space::unmap(kOwnVSpace, kOwn, kPageSize), 0);
}

void spaces_give_back() {
    constexpr std::uint64_t kOwn = kArea + 16 * kPageSize;
    constexpr std::size_t kSize = 4 << 20;  // 200 such spaces would be far more than the machine has
    for (unsigned i = 0; i < 100 && !has_failed(); i++) {
        const long other = other_space(kOwn);
        EXPECT_EQ(space::map(other, 2 * kArea, kSize, MapFlags::ReadWrite), 0);
        EXPECT_EQ(space::close(other), 0);
        EXPECT_EQ(space::unmap(kOwnVSpace, kOwn, kPageSize), 0);
    }
}

// --- UTCB ---------------------------------------------------------------------------------------------------

constexpr std::uint64_t kUtcbs = kArea + 64 * kPageSize;
Utcb& utcb_number(unsigned n) { return *reinterpret_cast<Utcb*>(kUtcbs + n * kPageSize); }

thread_local std::uint64_t own_value = 7;

void store_tp(Word& word) {
    std::uint64_t tp;
    asm volatile("mv %0, tp" : "=r"(tp));
    word = tp;
}

void store_own_value(Word& word) { word = own_value; }

/// What the main thread asks of a helper, which has UTCB number `utcb`: to make a thread with this tp.
struct Errand {
    Word utcb = 0, tp = 0, result = 0, seen = 0, done = 0;
    void (*body)(Word&) = nullptr;  // of the thread that it makes; stores into `seen`
};

/// Does the errand whose first word this is. The seventh argument is word 6 of the UTCB.
void make_thread_with_tp(Word& first) {
    Errand& errand = *reinterpret_cast<Errand*>(const_cast<std::uint64_t*>(&first));
    const unsigned number = unsigned(errand.utcb);
    const long thread = thread::create();
    thread::configure(thread, kOwnCSpace, kOwnVSpace, 0);
    utcb_number(number).words[6] = errand.tp;
    errand.result =
        std::uint64_t(thread::write_registers(thread, first_registers(errand.body, errand.seen, number + 2)));
    thread::resume(thread);
    comes_true([&] { return errand.seen != 0; });
    space::close(thread);
    errand.done = 1;
}

void arguments_past_a5() {
    EXPECT_EQ(space::map(kOwnVSpace, kUtcbs, 2 * kPageSize, MapFlags::ReadWrite), 0);
    Errand errands[2];
    long threads[2];
    for (unsigned i = 0; i < 2; i++) {
        errands[i].utcb = i;
        errands[i].tp = 0x1000 + i;
        errands[i].body = store_tp;
        threads[i] = prepare(make_thread_with_tp, errands[i].utcb, i, kUtcbs + i * kPageSize);
        EXPECT(threads[i] >= 0);
    }
    for (const long thread : threads) EXPECT_EQ(thread::resume(thread), 0);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(comes_true([&] { return errands[i].done == 1; }));
        EXPECT_EQ(errands[i].result, 0);
        EXPECT_EQ(errands[i].seen, 0x1000 + i);  // that of its own UTCB, not of the other one's
        space::close(threads[i]);
    }
    EXPECT_EQ(space::unmap(kOwnVSpace, kUtcbs, 2 * kPageSize), 0);
}

void utcb_must_be_there() {
    Word word = 0;
    EXPECT(prepare(set_to_one, word, 0, kUtcbs) < 0);  // nothing is mapped
    EXPECT_EQ(space::map(kOwnVSpace, kUtcbs, kPageSize, MapFlags::ReadWrite), 0);
    EXPECT(prepare(set_to_one, word, 0, kUtcbs + 8) < 0);  // not the beginning of a page
    EXPECT_EQ(space::unmap(kOwnVSpace, kUtcbs, kPageSize), 0);
    EXPECT_EQ(space::map(kOwnVSpace, kUtcbs, kPageSize, MapFlags::Read), 0);
    EXPECT(prepare(set_to_one, word, 0, kUtcbs) < 0);  // the thread could not write to it
    EXPECT_EQ(space::unmap(kOwnVSpace, kUtcbs, kPageSize), 0);
}

void tls_of_each() {
    EXPECT_EQ(own_value, 7);
    own_value = 8;
    // The helper's tp leads to a block of its own, where the variable has the same offset.
    alignas(16) static std::byte block[64];
    std::uint64_t own_tp;
    asm volatile("mv %0, tp" : "=r"(own_tp));
    const std::uint64_t offset = std::uint64_t(&own_value) - own_tp;
    EXPECT(offset + sizeof(own_value) <= sizeof(block));
    word_at(std::uint64_t(block) + offset) = 9;

    EXPECT_EQ(space::map(kOwnVSpace, kUtcbs, kPageSize, MapFlags::ReadWrite), 0);
    Errand errand;
    errand.tp = std::uint64_t(block);
    errand.body = store_own_value;
    const long thread = prepare(make_thread_with_tp, errand.utcb, 0, kUtcbs);
    EXPECT_EQ(thread::resume(thread), 0);
    EXPECT(comes_true([&] { return errand.done == 1; }));
    EXPECT_EQ(errand.seen, 9);
    EXPECT_EQ(own_value, 8);
    space::close(thread);
    EXPECT_EQ(space::unmap(kOwnVSpace, kUtcbs, kPageSize), 0);
}

// --- references ---------------------------------------------------------------------------------------------

constexpr unsigned kOften = 100;  // more than there are VSpaces or CSpaces

/// Maps new pages from kArea on until there is no memory left. Returns the end of what is mapped.
std::uint64_t use_all_memory() {
    std::uint64_t end = 2 * kArea;
    for (std::size_t bytes = 64 << 20; bytes >= kPageSize;) {
        if (space::map(kOwnVSpace, end, bytes, MapFlags::ReadWrite) == 0)
            end += bytes;
        else
            bytes /= 2;
    }
    return end;
}

/// A thread is configured again and again, and gives back what it had: else spaces, or pages, run out.
void configured_again() {
    const long thread = thread::create();
    for (unsigned i = 0; i < kOften && !has_failed(); i++) {
        const long cspace = space::create_cspace(), vspace = space::create();
        EXPECT(cspace >= 0 && vspace >= 0);
        EXPECT_EQ(thread::configure(thread, cspace, vspace, 0), 0);
        EXPECT_EQ(space::close(cspace), 0);
        EXPECT_EQ(space::close(vspace), 0);
    }
    // The same space again: it must not go in between.
    for (unsigned i = 0; i < kOften; i++) EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, 0), 0);
    EXPECT_EQ(space::map(kOwnVSpace, kUtcbs, kPageSize, MapFlags::ReadWrite), 0);  // and the tables for it
    EXPECT_EQ(space::unmap(kOwnVSpace, kUtcbs, kPageSize), 0);
    const std::uint64_t end = use_all_memory();
    EXPECT_EQ(space::unmap(kOwnVSpace, 2 * kArea, kPageSize), 0);  // one page is free
    for (unsigned i = 0; i < kOften && !has_failed(); i++) {
        EXPECT_EQ(space::map(kOwnVSpace, kUtcbs, kPageSize, MapFlags::ReadWrite), 0);
        EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, kUtcbs), 0);
        EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, kUtcbs), 0);  // the same page again
        EXPECT_EQ(space::unmap(kOwnVSpace, kUtcbs, kPageSize), 0);
        EXPECT_EQ(thread::configure(thread, kOwnCSpace, kOwnVSpace, 0), 0);
    }
    EXPECT_EQ(space::unmap(kOwnVSpace, 2 * kArea, end - 2 * kArea), 0);
    EXPECT_EQ(space::close(thread), 0);
}

/// A thread that ends gives back its spaces.
void ended_with_spaces() {
    for (unsigned i = 0; i < kOften && !has_failed(); i++) {
        const long cspace = space::create_cspace(), vspace = space::create(), thread = thread::create();
        EXPECT(cspace >= 0 && vspace >= 0 && thread >= 0);
        EXPECT_EQ(thread::configure(thread, cspace, vspace, 0), 0);
        for (const long handle : {cspace, vspace, thread}) EXPECT_EQ(space::close(handle), 0);
    }
}

constexpr Case kCases[] = {
    {"memory", threads_share_memory},  {"spaces", spaces_are_apart}, {"frames", spaces_give_back},
    {"again", configured_again},       {"ended", ended_with_spaces}, {"words", arguments_past_a5},
    {"utcb_page", utcb_must_be_there}, {"tls", tls_of_each},
};

}  // namespace

int main() { run_cases(kCases); }
