// SPDX-License-Identifier: MIT
// Exercise 1.6: what a call's arguments lead to. No call is made here.
#include "selftest/members.h"
#include "thread/thread_calls.h"
#include "thread/thread_table.h"

namespace glenda::selftest {

namespace {

void expect_threads(Tcb& caller, CSpace& cspace, Tcb& other) {
    const Result<std::uint64_t> handle = cspace.add(HandleKind::Thread, number_of(other));
    EXPECT(handle.has_value());
    if (!handle) return;
    const Result<Tcb*> own = find_thread(caller, kOwnThread), found = find_thread(caller, *handle);
    EXPECT(own.has_value() && *own == &caller);
    EXPECT(found.has_value() && *found == &other);
    EXPECT_EQ(find_vspace(caller, *handle).error(), Error::WrongType);
    EXPECT_EQ(find_cspace(caller, *handle).error(), Error::WrongType);
    EXPECT_EQ(find_thread(caller, *handle + 1).error(), Error::InvalidCapability);
    // The thread has ended, and another one is in its place: the handle leads to neither.
    free_thread(other);
    EXPECT_EQ(find_thread(caller, *handle).error(), Error::InvalidCapability);
    const Result<Tcb*> later = allocate_thread();
    EXPECT_EQ(find_thread(caller, *handle).error(), Error::InvalidCapability);
    if (later) free_thread(**later);
}

void expect_arguments(Tcb& caller) {
    for (unsigned n = 0; n < 8; n++) caller.registers.a(n) = 100 + n;
    for (unsigned n = 0; n < 6; n++) EXPECT_EQ(argument(caller, n), 100 + n);
    EXPECT_EQ(argument(caller, 6), 0);  // it has no UTCB
    const PhysAddr page = allocate_page();
    set_utcb(caller, page);
    to_pointer<Utcb>(page)->words[6] = 77;
    EXPECT_EQ(argument(caller, 6), 77);
}

}  // namespace

void handles_lead() {
    const std::uint64_t free = free_page_count();
    const Result<Tcb*> caller = allocate_thread(), other = allocate_thread();
    const Result<VSpace*> vspace = VSpace::create();
    const Result<CSpace*> cspace = CSpace::create();
    EXPECT(caller.has_value() && other.has_value() && vspace.has_value() && cspace.has_value());
    if (has_failed()) return;
    set_spaces(**caller, *vspace, *cspace);
    const Result<VSpace*> own_vspace = find_vspace(**caller, kOwnVSpace);
    const Result<CSpace*> own_cspace = find_cspace(**caller, kOwnCSpace);
    EXPECT(own_vspace.has_value() && *own_vspace == *vspace);
    EXPECT(own_cspace.has_value() && *own_cspace == *cspace);
    expect_threads(**caller, **cspace, **other);
    expect_arguments(**caller);
    free_thread(**caller);
    EXPECT_EQ(free_page_count(), free);
}

}  // namespace glenda::selftest
