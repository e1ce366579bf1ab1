// SPDX-License-Identifier: MIT
// 9Ball, the root task: the kernel starts this program and nothing else.
//
// It boots the system in this order: it reads what the kernel hands over, starts Factotum and gives it the machine's
// memory, reads init.toml, starts the services, and supervises them forever. If a step fails, it prints one line that
// says why and switches the machine off.
// Seeds: 9ball-later.md, 3; 9ball-earlier.md, 6.
#include "device_vault.h"
#include "factotum_start.h"
#include "fault_watch.h"
#include "format/cpio.h"
#include "format/elf.h"
#include "glenda/environment.h"
#include "glenda/process.h"
#include "init_config.h"
#include "journal.h"
#include "memory_plan.h"
#include "report.h"
#include "server.h"

namespace glenda::nineball {

namespace {

constexpr std::string_view kFactotumFile = "bin/factotum";
constexpr std::string_view kConfigFile = "init.toml";
constexpr unsigned kReplies = 32;  // the number of callers that can wait at the same time

constinit MemoryPlan memory_plan;
constinit InitConfig init_config;
Reply reply_places[kReplies];
constinit ReplyPool replies(reply_places);

/// Unwraps the result of a step that the system cannot do without.
template <typename T>
T must(Result<T> result, const char* what) {
    if (!result) fail("{}: {}", what, result.error());
    if constexpr (!std::is_void_v<T>) return *result;
}

/// Phase 1: read what the kernel hands over.
const BootInfo& read_boot_info() {
    const auto& info = *reinterpret_cast<const BootInfo*>(kRootBootInfo);
    journal().start(environment().console, info.magic == kBootInfoMagic ? info.timebase : 0);
    if (info.magic != kBootInfoMagic) fail("the kernel's BootInfo has no magic number: {:#x}", info.magic);
    std::uint64_t bytes = 0;
    std::uint64_t pieces = 0;
    for (std::uint64_t i = 0; i < info.untyped_count && i < kMaxBootUntypeds; i++) {
        if (info.untypeds[i].is_device != 0) continue;
        bytes += std::uint64_t{1} << info.untypeds[i].size_bits;
        pieces++;
    }
    say("{} MiB of memory in {} pieces, {} hart{}, initrd {} KiB", bytes >> 20, pieces, info.hart_count,
        info.hart_count == 1 ? "" : "s", info.initrd_size >> 10);
    if (info.initrd_address == 0) fail("there is no initrd: start the machine with -initrd");
    return info;
}

/// Finds a file that the system cannot do without.
Bytes must_find(Bytes archive, std::string_view name) {
    const auto entry = Cpio(archive).find(name);
    if (entry) return entry->data;
    const ParseError& error = entry.error();
    if (error.where >= archive.size()) fail("{}: {} (the initrd)", name, error.what);
    fail("{}: the initrd is damaged: {} (byte {})", name, error.what, error.where);
}

ElfFile must_parse(Bytes file, std::string_view name) {
    const auto program = ElfFile::parse(file);
    if (!program) fail("{}: {} (byte {})", name, program.error().what, program.error().where);
    return *program;
}

/// 9Ball's own objects.
struct OwnObjects {
    Endpoint endpoint;
    Notification child_ended;
    Timer timer;
    CPtr receive_slot;  // for received capabilities
};

Notification badged(Bootstrap& bootstrap, Notification original, Badge badge) {
    const CPtr slot = must(bootstrap.slot(), "a slot");
    must(bootstrap.node().mint(slot, bootstrap.node(), original.cptr(), Rights::Write, badge), "a badge");
    return Notification(slot);
}

OwnObjects make_own_objects(Bootstrap& bootstrap, ReplyPool& replies) {
    const Notification notification = must(bootstrap.notification(), "9Ball's notification");
    must(environment().tcb.bind(notification), "binding 9Ball's notification");
    const Timer timer = must(bootstrap.timer(), "9Ball's timer");
    must(timer.bind(badged(bootstrap, notification, kTimerExpired)), "binding 9Ball's timer");
    for (unsigned i = 0; i < kReplies; i++) replies.add(must(bootstrap.reply(), "9Ball's replies"));
    return {must(bootstrap.endpoint(), "9Ball's endpoint"), badged(bootstrap, notification, kChildEnded), timer,
            must(bootstrap.slot(), "a slot")};
}

/// Phase 2: start Factotum and give it the memory. Afterwards environment().factotum works.
void start_factotum(FactotumStart start, const ElfFile& program, Notification child_ended) {
    environment().factotum = must(start.run(program), "loading bin/factotum");
    say("factotum: has {} MiB in {} pieces; {} KiB are kept", start.plan.delegated_bytes() >> 20,
        start.plan.delegated().size(), start.plan.kept_bytes() >> 10);
    if (const Answer<void> set = process::set_exit_notification(child_ended); !set)
        fail("factotum does not answer: {}", set.error());
    say("factotum: is up");
}

/// Phase 3: read which services to start.
void read_config(Bytes initrd) {
    const auto read = init_config.parse(as_text(must_find(initrd, kConfigFile)));
    if (!read) fail("{}, line {}: {}", kConfigFile, read.error().line, read.error().what.view());
    if (init_config.services().empty()) fail("{}: lists no service", kConfigFile);
    journal().share(init_config.services().size());
}

[[noreturn]] void run() {
    const BootInfo& info = read_boot_info();
    const Bytes initrd(reinterpret_cast<const std::byte*>(info.initrd_address), info.initrd_size);
    (void)environment().tcb.set_priority(kNineballPriority, kMaxPriority);

    Bootstrap bootstrap(environment().cnode, info.empty);
    const ElfFile program = must_parse(must_find(initrd, kFactotumFile), kFactotumFile);
    const std::uint64_t needed = FactotumStart::memory_needed(program) + DeviceVault::kMemory;
    must(memory_plan.make(info, bootstrap, needed, kDmaPoolBits), "memory for bin/factotum");
    const OwnObjects own = make_own_objects(bootstrap, replies);
    FaultWatch watch;
    must(watch.start(bootstrap, initrd), "the fault watcher");
    start_factotum({info, bootstrap, memory_plan, own.endpoint, watch.for_factotum()}, program, own.child_ended);

    read_config(initrd);
    DeviceVault devices(info, bootstrap);
    must(devices.make(info, memory_plan.device_pool()), "the devices' CNode");
    LogTaker taker(journal());
    Supervisor supervisor(init_config, devices, bootstrap, taker, own.timer, info.timebase);
    supervisor.start_ready();

    NineballServer handler(supervisor, taker);
    Server(own.endpoint, replies, {environment().cnode, own.receive_slot, 1}).run(handler);
}

}  // namespace

}  // namespace glenda::nineball

int main() { glenda::nineball::run(); }
