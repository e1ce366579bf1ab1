// SPDX-License-Identifier: MIT
// Shows a pager: a table of squares, 4 MB long, of which only those pages are computed that somebody reads: `lazy`. The
// other arguments:
//   lazy threads            four threads wait for one page, which is brought once
//   lazy killed             one of two that wait is killed
//   lazy closed             the pager closes the object while somebody waits
//   lazy dead               it ends
//   lazy private            what is written to a private map
//   lazy hostile            what is refused
#include "expect.h"
#include "glenda/futex.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/thread.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kPages = 1000, kWords = kPageSize / sizeof(std::uint64_t);
constexpr CPtr kTable = kSlotFirstFree, kDraft = kSlotFirstFree + 1;

std::uint64_t number = 0;  // of the table
std::uint64_t draft = 0;   // where pages are computed
std::atomic<unsigned> taken = 0;

template <typename T>
const char* outcome(const Answer<T>& answer) {
    return answer ? "done" : name_of(answer.error());
}

void begin() {
    number = need(process::create_paged(kPages, kTable));
    need(process::create_memory(kMostSupplied, kDraft));
    draft = need(process::map_object(kDraft, 0, kMostSupplied * kPageSize));
}

std::uint64_t open_table(MmapFlags flags = MmapFlags::Shared) {
    return need(process::map_object(kTable, 0, kPages * kPageSize, MapFlags::ReadWrite, flags));
}

/// Computes pages of the table, and supplies them.
Answer<void> bring(std::uint64_t page, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count * kWords; i++) {
        const std::uint64_t n = page * kWords + i;
        word(draft + i * sizeof(n)) = n * n;
    }
    return process::supply_pages(number, page, count, kDraft);
}

bool is_right(std::uint64_t table, std::uint64_t page) {
    const std::uint64_t n = page * kWords + 5;
    return word(table + n * sizeof(n)) == n * n;
}

/// A thread of the pager. With each page comes the next one, if it is missing.
std::int64_t serve(void*) {
    for (;;) {
        const auto wanted = need(process::take_wanted_page());
        taken++;
        print("lazy: page {} is wanted, {} are missing from there on\n", wanted.page, wanted.missing);
        need(process::sleep(20));  // others may come meanwhile
        need(bring(wanted.page, wanted.missing == 1 ? 1 : 2));
    }
}

/// A child that does this, and ends with success if it is true.
template <typename Work>
std::uint64_t child(Work work) {
    const std::uint64_t pid = need(process::fork());
    if (pid == 0) glenda::exit(work() ? 0 : 1);
    return pid;
}
ExitStatus end_of(std::uint64_t pid) { return need(process::wait(std::int64_t(pid))).status; }

void show() {
    const std::uint64_t pid = child([] {
        const std::uint64_t table = open_table();
        return is_right(table, 3) && is_right(table, 4) && is_right(table, 999) && is_right(table, 3);
    });
    (void)need(Thread::start(serve, nullptr));
    must(end_of(pid).is_success(), "the table");
    const auto info = need(process::object_info(kTable));
    print("lazy: the child has read 3 pages; {} of {} are there\n", info.resident, info.pages);
}

std::int64_t read_page(void* table) { return is_right(reinterpret_cast<std::uint64_t>(table), 7); }

void in_threads() {
    const std::uint64_t pid = child([] {
        auto* const table = reinterpret_cast<void*>(open_table());
        Thread readers[] = {need(Thread::start(read_page, table)), need(Thread::start(read_page, table)),
                            need(Thread::start(read_page, table))};
        bool is_fine = is_right(reinterpret_cast<std::uint64_t>(table), 7);
        for (Thread& reader : readers) is_fine = need(reader.join()) == 1 && is_fine;
        return is_fine;
    });
    (void)need(Thread::start(serve, nullptr));
    must(end_of(pid).is_success(), "the table");
    print("lazy: four threads have read the page, which was asked for {} times\n", taken.load());
}

/// Nobody serves yet. Lets a child wait for a page.
std::uint64_t waiting_child(std::uint64_t page) {
    const std::uint64_t pid = child([=] { return is_right(open_table(), page); });
    need(process::sleep(20));
    return pid;
}

void killed() {
    const std::uint64_t first = waiting_child(9), second = waiting_child(9);
    need(process::kill(first, 9));
    (void)end_of(first);
    const auto wanted = need(process::take_wanted_page(WaitFlags::NoHang));
    must(wanted.number == number && wanted.page == 9, "the page of the one who still waits");
    need(bring(9, 1));
    must(end_of(second).is_success(), "the table");
    const std::uint64_t last = waiting_child(11);
    need(process::kill(last, 9));
    (void)end_of(last);
    must(need(process::take_wanted_page(WaitFlags::NoHang)).number == 0, "a page that nobody wants");
    print("lazy: who is killed wants no page, and the others still do\n");
}

void closed() {
    need(bring(1, 1));
    const std::uint64_t told = waiting_child(5), untold = waiting_child(6);
    must(need(process::take_wanted_page()).page == 5, "the first page");
    const std::uint64_t table = open_table();
    need(process::destroy(number));
    for (const std::uint64_t pid : {told, untold}) print("lazy: a child: {}\n", end_of(pid).crash_kind());
    must(is_right(table, 1), "a page that was there has gone");
    const std::uint64_t late = child([=] { return is_right(table, 2); });
    print("lazy: one that comes later: {}\n", end_of(late).crash_kind());
}

void dead() {
    (void)waiting_child(5);
    must(need(process::take_wanted_page()).page == 5, "the page");
}

void keep_to_itself() {
    const std::uint64_t pid = child([] {
        const std::uint64_t own = open_table(MmapFlags::None), shared = open_table();
        word(own + 2 * kPageSize) = 7;
        return word(own + 2 * kPageSize) == 7 && word(shared + 2 * kPageSize) == 1024 * 1024 && is_right(own, 2);
    });
    (void)need(Thread::start(serve, nullptr));
    must(end_of(pid).is_success(), "a private map");
    print("lazy: a private map keeps what it writes\n");
}

void hostile() {
    constexpr std::uint64_t kFar = ~std::uint64_t{0};
    const auto supply = [](std::uint64_t page, std::uint64_t count, CPtr source = kDraft, std::uint64_t from = 0) {
        return outcome(process::supply_pages(number, page, count, source, from));
    };
    print("outside: {}, {}, {}; no page: {}; too many: {}\n", supply(kPages, 1), supply(kPages - 1, 2), supply(kFar, 2),
          supply(0, 0), supply(0, 17));
    print("of the source: {}, {}; from itself: {}; from no object: {}\n", supply(0, 1, kDraft, 16),
          supply(0, 2, kDraft, kFar), supply(0, 1, kTable), supply(0, 1, kSlotNotification));
    print("once: {}; twice: {}; over it: {}; beside it: {}\n", supply(8, 1), supply(8, 1), supply(7, 2), supply(9, 16));
    const std::uint64_t draft_number = need(process::create_memory(1, kDraft + 1));
    print("of memory: {}; of nothing: {}, {}\n", outcome(process::supply_pages(draft_number, 0, 1, kDraft)),
          outcome(process::supply_pages(0, 0, 1, kDraft)), outcome(process::supply_pages(kFar, 0, 1, kDraft)));
    const std::uint64_t pid = child([=] {
        print("of somebody else: {}\n", supply(0, 1));
        const std::uint64_t table = open_table(MmapFlags::Shared);
        const auto& futex = *reinterpret_cast<std::atomic<std::uint32_t>*>(table);
        print("a futex that is not there: {}, {}\n", outcome(process::futex_wait(futex, 0, 1000)),
              outcome(process::futex_wake(futex, 1)));
        need(process::map_object(kTable, 0, kPages * kPageSize, MapFlags::Read, MmapFlags::Populate));
        return need(process::take_wanted_page(WaitFlags::NoHang)).number == 0;
    });
    must(end_of(pid).is_success(), "a page that nobody wants");
    must(need(process::object_info(kTable)).resident == 17, "what was refused is there");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    begin();
    if (what.empty()) show();
    if (what == "threads") in_threads();
    if (what == "killed") killed();
    if (what == "closed") closed();
    if (what == "dead") dead();
    if (what == "private") keep_to_itself();
    if (what == "hostile") hostile();
    return 0;
}
