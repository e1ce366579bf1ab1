// SPDX-License-Identifier: MIT
// The test framework: runs cases, checks results, reclaims all memory. See ktest.h.
#include "ktest.h"

#include <algorithm>

#include "glenda/print.h"
#include "option.h"
#include "tag.h"
#include "threads.h"

namespace glenda::ktest {

namespace {

constinit Bootstrap* the_pool = nullptr;
constinit Untyped the_arena{};
constinit SlotRange empty_slots{};
constinit const char* running = "";
constinit bool test_has_failed = false;
constinit const char* failure = "FAIL";  // the word for the next one
constinit std::uint64_t provoked = 0;    // one bit per Error

/// The option that the grader gives: a word that only it and this program know. Empty if nobody grades.
std::string_view nonce() { return text_option(boot_info().command_line, "nonce"); }

/// The first failure of a test is its verdict; the others are told to help.
void fail(const char* file, int line) {
    print("{} {}: {}:{}: ", test_has_failed ? "also" : failure, running, file, line);
    test_has_failed = true;
}

/// A count in decimal, an address or a set of bits in hexadecimal.
void print_value(std::uint64_t value) {
    if (value < 1000)
        print("{}", value);
    else
        print("{:#x}", value);
}

Untyped largest_memory() {
    const BootInfo& info = boot_info();
    std::uint64_t largest = 0;
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        const UntypedDescription& each = info.untypeds[i];
        if (each.is_device != 0) continue;
        if (info.untypeds[largest].is_device != 0 || each.size_bits > info.untypeds[largest].size_bits) largest = i;
    }
    return Untyped(info.untyped.first + largest);
}

/// Whether the option case=name,name names the case, or names none.
bool is_wanted(std::string_view name) {
    std::string_view names = text_option(boot_info().command_line, "case");
    if (names.empty()) return true;
    while (!names.empty()) {
        const std::string_view first = names.substr(0, names.find(','));
        if (first == name) return true;
        names.remove_prefix(std::min(first.size() + 1, names.size()));
    }
    return false;
}

/// Revokes everything that the test made. The arena must be unused afterwards. With cleanup=off, for a kernel that
/// cannot revoke yet, the next test gets other slots and other memory; only the addresses are free again.
void clean_up(const Bootstrap& used) {
    if (text_option(boot_info().command_line, "cleanup") == "off") {
        empty_slots = used.empty();
        EXPECT_OK(space().unmap(kArea, kGiB / kPageSize));
        return;
    }
    EXPECT_OK(node().revoke(the_arena.cptr()));
    for (CPtr slot = empty_slots.first; slot < used.empty().first; slot++) EXPECT_OK(node().remove(slot));
    if (!nonce().empty()) failure = "LEAK";
    EXPECT_EQ(need(the_arena.info()).used, 0);
    failure = "FAIL";
}

/// Lets the kernel check its invariants. If one is broken, it says so in a panic.
void check_kernel() {
    const Result<bool> is_sound = Machine(kRootMachine).check();
    failure = "BROKEN";
    EXPECT(is_sound && *is_sound);
    failure = "FAIL";
}

/// Reports a success. A grader's nonce makes it one that nobody else can have printed.
void report_success(const char* name) {
    if (nonce().empty())
        print("ok {}\n", name);
    else
        print("ok {} {:016x}\n", name, tag_of(nonce(), name));
}

bool run_case(const Case& test) {
    Bootstrap bootstrap(node(), empty_slots);
    bootstrap.add_untyped(the_arena);
    the_pool = &bootstrap;
    running = test.name;
    test_has_failed = false;
    reset_threads();
    if (!nonce().empty()) print("case {}\n", test.name);  // if it hangs, the grader says where
    test.run();
    if (test_has_failed && !nonce().empty()) return false;  // what it left behind says nothing more
    clean_up(bootstrap);
    if (!test_has_failed && !nonce().empty()) check_kernel();
    if (!test_has_failed) report_success(test.name);
    return !test_has_failed;
}

void report_provoked() {
    print("provoked:");
    for (unsigned i = 1; i < unsigned(Error::Count); i++) {
        if ((provoked & bit(i)) != 0) print(" {}", name_of(Error(i)));
    }
    print("\n");
}

}  // namespace

std::uint64_t option(std::string_view key, std::uint64_t otherwise) {
    return option(boot_info().command_line, key, otherwise);
}

Bootstrap& pool() { return *the_pool; }
Untyped arena() { return the_arena; }

int run_cases(std::span<const Case> cases) {
    the_arena = largest_memory();
    empty_slots = boot_info().empty;
    need(environment().tcb.set_priority(kPriority, kMaxPriority));
    unsigned passed = 0, failed = 0;
    for (const Case& test : cases) {
        if (is_wanted(test.name)) ++(run_case(test) ? passed : failed);
        if (failed != 0 && !nonce().empty()) break;  // a graded test has failed as a whole
    }
    report_provoked();
    print("ktest: {} passed, {} failed\n", passed, failed);
    return 0;
}

bool has_failed() { return test_has_failed; }

void check(bool holds, const char* text, const char* file, int line) {
    if (holds) return;
    fail(file, line);
    print("{}\n", text);
}

void check_equal(std::uint64_t got, std::uint64_t wanted, const char* text, const char* file, int line) {
    if (got == wanted) return;
    fail(file, line);
    print("{}, got ", text);
    print_value(got);
    print(", wanted ");
    print_value(wanted);
    print("\n");
}

void check_error(Error got, Error wanted, const char* text, const char* file, int line) {
    provoked |= bit(unsigned(got) & 63);
    if (got == wanted) return;
    fail(file, line);
    print("{}, got {}, wanted {}\n", text, name_of(got), name_of(wanted));
}

DeviceMemory device_at(std::uint64_t address) {
    const BootInfo& info = boot_info();
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        const UntypedDescription& each = info.untypeds[i];
        if (each.is_device == 0 || address - each.address >= bit(each.size_bits)) continue;
        return {Untyped(info.untyped.first + i), address - each.address};
    }
    give_up(Error::OutOfRange, __FILE__, __LINE__);
}

UartInterrupt::UartInterrupt() {
    const Frame frame(need(pool().slot()));
    need(device_.untyped.retype(CapType::Frame, kFrameBits, node(), frame.cptr(), 1, device_.offset));
    need(pool().map(frame, space(), kArea, MapFlags::ReadWrite));
}

Result<void> UartInterrupt::revoke() const { return node().revoke(device_.untyped.cptr()); }

Alarm::Alarm() : bell_(badged(need(pool().notification()), 1)), timer_(need(pool().timer())) {
    need(timer_.bind(bell_));
}

void Alarm::sleep(std::uint64_t microseconds) const {
    need(timer_.arm(read_time() + ticks(microseconds)));
    (void)need(bell_.wait());
}

void give_up(Error error, const char* file, int line) {
    fail(file, line);
    print("this step must work, got {}\n", name_of(error));
    exit(1);
}

}  // namespace glenda::ktest
