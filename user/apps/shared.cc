// SPDX-License-Identifier: MIT
// Shows memory that several processes map: `shared`. The other arguments:
//   shared private          a map that keeps to itself what it writes
//   shared closed           memory outlives its creator's capability, as long as somebody maps it
//   shared hostile          what is refused
//   shared many N           N objects, one after the other
//   shared large            the end of one with 64 MiB
//   shared child            is started by the others with an object, which it maps
#include "expect.h"
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/time.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kPages = 8, kBytes = kPages * kPageSize;
constexpr CPtr kObject = kSlotFirstFree, kOther = kSlotFirstFree + 1, kForged = kSlotFirstFree + 2;

std::uint64_t free_pages() { return need(process::memory()).free / kPageSize; }

template <typename Work>
void in_child(Work work) {
    const std::uint64_t pid = need(process::fork());
    if (pid == 0) {
        work();
        glenda::exit(0);
    }
    must(need(process::wait(std::int64_t(pid))).status.is_success(), "a child failed");
}

/// Through FORK, and through a program that gets the capability.
void show() {
    const std::uint64_t map = need(process::map(kBytes, MapFlags::ReadWrite, MmapFlags::Shared));
    word(map) = 1;
    in_child([&] {
        must(word(map) == 1, "a child sees other memory");
        word(map) = 2;
        word(map + 7 * kPageSize) = 3;
    });
    must(word(map) == 2 && word(map + 7 * kPageSize) == 3, "what a child writes is not seen");
    need(process::unmap(map, kBytes));
    print("shared: with a child by FORK\n");

    const std::uint64_t number = need(process::create_memory(kPages, kObject));
    const std::uint64_t all = need(process::map_object(kObject, 0, kBytes));
    const std::uint64_t last = need(process::map_object(kObject, 7 * kPageSize, kPageSize));
    word(all + 7 * kPageSize) = 11;
    must(word(last) == 11 && all != last, "two maps of one page differ");
    const std::string_view arguments[] = {"child"};
    const CPtr caps[] = {kObject};
    const std::uint64_t pid = need(process::spawn({.file = "shared", .arguments = arguments, .caps = caps}));
    must(need(process::wait(std::int64_t(pid))).status.is_success(), "a program failed");
    must(word(all + kPageSize) == 22, "what another program writes is not seen");
    const auto info = need(process::object_info(kObject));
    print("shared: with a program by its capability; {} of {} pages are there\n", info.resident, info.pages);
    need(process::destroy(number));
    must(!process::object_info(kObject), "a closed object has a capability");
    must(word(all + kPageSize) == 22, "closing took memory that is mapped");
}

int child() {
    const std::uint64_t map = need(process::map_object(kSlotPassed, 0, kBytes));
    must(word(map + 7 * kPageSize) == 11, "a program sees other memory");
    word(map + kPageSize) = 22;
    return 0;
}

void keep_to_itself() {
    need(process::create_memory(kPages, kObject));
    const std::uint64_t shared = need(process::map_object(kObject, 0, kBytes));
    const std::uint64_t own = need(process::map_object(kObject, 0, kBytes, MapFlags::ReadWrite, MmapFlags::None));
    word(shared) = 1;
    must(word(own) == 1, "a private map sees other memory");
    word(shared) = 2;
    must(word(own) == 2, "a page that was not written is a copy");
    word(own) = 3;
    word(shared + kPageSize) = 4;
    must(word(shared) == 2, "what was written privately is seen");
    in_child([&] {
        must(word(own) == 3 && word(own + kPageSize) == 4, "a child sees other memory");
        word(own) = 5;
        word(shared) = 6;
    });
    must(word(own) == 3 && word(shared) == 6, "fork mixed what is shared and what is not");
    print("shared: a private map keeps what it writes\n");
}

void closed() {
    word(need(process::map(kPageSize))) = 1;  // makes the page tables that all maps need
    in_child([] {});                          // and perhaps room in Factotum's tables
    const std::uint64_t before = free_pages();
    const std::uint64_t number = need(process::create_memory(kPages, kObject));
    const std::uint64_t map = need(process::map_object(kObject, 0, kBytes));
    for (std::uint64_t i = 0; i < kPages; i++) word(map + i * kPageSize) = i;
    need(process::destroy(number));
    in_child([&] {
        need(process::unmap(map, 4 * kPageSize));
        must(word(map + 5 * kPageSize) == 5, "a part was unmapped, and all has gone");
    });
    must(word(map) == 0 && word(map + 7 * kPageSize) == 7, "memory went with the capability");
    need(process::unmap(map + kPageSize, 6 * kPageSize));
    must(word(map + 7 * kPageSize) == 7, "memory went with a part of it");
    need(process::unmap(map, kBytes));
    print("shared: {} pages are lost\n", std::int64_t(before - free_pages()));
}

/// The name of an error, or "done".
template <typename T>
const char* outcome(const Answer<T>& answer) {
    return answer ? "done" : name_of(answer.error());
}

void hostile() {
    const auto map = [](CPtr object, std::uint64_t offset, std::uint64_t bytes) {
        return outcome(process::map_object(object, offset, bytes));
    };
    need(process::create_memory(kPages, kObject));
    print("past the end: {}, {}, {}; not a page: {}\n", map(kObject, kBytes, kPageSize),
          map(kObject, kPageSize, kBytes), map(kObject, ~std::uint64_t{0} - kPageSize + 1, kPageSize),
          map(kObject, 8, kPageSize));
    print("the last page: {}\n", map(kObject, 7 * kPageSize, kPageSize));

    need(process::create(CapType::Endpoint, kOther));
    for (const std::uint64_t number : {0, 1, 2, 3}) {
        const auto made = environment().cnode.mint(kForged, environment().cnode, kOther, Rights::All,
                                                   std::uint64_t{1} << 49 | number);
        must(bool(made), "mint");
        must(!process::object_info(kForged) && !process::map_object(kForged, 0, kPageSize), "a forged badge");
        (void)environment().cnode.remove(kForged);
    }
    must(!environment().cnode.mint(kForged, environment().cnode, kObject, Rights::All, 7), "a badge was changed");
    print("another endpoint with such a badge: {}; Factotum's own: {}; a notification: {}\n", map(kOther, 0, kPageSize),
          map(kSlotFactotum, 0, kPageSize), map(kSlotNotification, 0, kPageSize));
    Received reply;
    const auto called = transact(Endpoint(kObject), MessageWriter(FactotumMethod::GetPid), reply);
    print("a call on the object: {}\n", outcome(called));
    print("no pages: {}; too many: {}, {}\n", outcome(process::create_memory(0, kOther + 8)),
          outcome(process::create_memory(std::uint64_t{1} << 40, kOther + 8)),
          outcome(process::create_memory(need(process::memory()).total / kPageSize, kOther + 8)));
}

void many(std::uint64_t count) {
    std::uint64_t before = 0;
    for (std::uint64_t i = 0; i < count; i++) {
        if (i == 1) before = free_pages();
        const std::uint64_t number = need(process::create_memory(2, kObject));
        const std::uint64_t map = need(process::map_object(kObject, 0, 2 * kPageSize));
        word(map) = i;
        need(process::destroy(number));
        need(process::unmap(map, 2 * kPageSize));
    }
    print("shared: {} objects, {} pages lost\n", count, std::int64_t(before - free_pages()));
}

/// Factotum frees it in slices, so that it is not away for long.
void large() {
    constexpr std::uint64_t kLarge = 64 * kMiB;
    const std::uint64_t number = need(process::create_memory(kLarge / kPageSize, kObject));
    const std::uint64_t map = need(process::map_object(kObject, 0, kLarge));
    for (std::uint64_t at = map; at < map + kLarge; at += kPageSize) word(at) = 1;
    need(process::unmap(map, kLarge));
    const std::uint64_t begin = read_cycle();
    need(process::destroy(number));
    print("shared: Factotum has answered after {} instructions\n", read_cycle() - begin);
    need(process::create_memory(need(process::memory()).free / kPageSize / 2, kOther));
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "child") return child();
    if (what.empty()) show();
    if (what == "private") keep_to_itself();
    if (what == "closed") closed();
    if (what == "hostile") hostile();
    if (what == "large") large();
    if (what == "many") many(argc > 2 ? to_number(argv[2]).value_or(0) : 0);
    return 0;
}
