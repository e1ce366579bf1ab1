// SPDX-License-Identifier: MIT
// From crt0 to main: thread-local storage, the Environment, constructors, and exit.
#include "abi/boot_info.h"
#include "glenda/environment.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/tls.h"

int main(int argc, char** argv);

extern "C" {
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();
extern std::byte __tls_block[];
}

namespace glenda {

constinit thread_local Utcb* thread_utcb = nullptr;
constinit Environment the_environment;

namespace {

/// Finds argc, argv and the auxiliary vector, and the environment strings between.
void read_stack(const std::uint64_t* stack) {
    const std::uint64_t argc = *stack++;
    the_environment.arguments = {reinterpret_cast<char**>(const_cast<std::uint64_t*>(stack)), argc};
    stack += argc + 1;
    std::size_t variables = 0;
    while (stack[variables] != 0) variables++;
    the_environment.variables = {reinterpret_cast<char**>(const_cast<std::uint64_t*>(stack)), variables};
    const auto* entries = reinterpret_cast<const AuxEntry*>(stack + variables + 1);
    std::size_t count = 0;
    while (entries[count].type != 0) count++;
    the_environment.auxiliary = {entries, count};
}

StartKind kind_of_start() {
    switch (auxiliary(kAuxStart, 0)) {
        case kAuxStartProcess: return StartKind::Process;
        case kAuxStartFactotum: return StartKind::Factotum;
    }
    return StartKind::Root;
}

void name_root_capabilities(Environment& e) {
    e.cnode = CNode(kRootCNode);
    e.vspace = VSpace(kRootVSpace);
    e.tcb = Tcb(kRootTcb);
    e.console = Console(kRootConsole);
    e.machine = Machine(kRootMachine);
}

/// Checks the slots that init.toml or the parent may have left empty.
void name_process_capabilities(Environment& e) {
    e.cnode = CNode(kSlotCNode);
    e.vspace = VSpace(kSlotVSpace);
    e.tcb = Tcb(kSlotTcb);
    e.nineball = Endpoint(kSlotNineball);
    e.reply = Reply(kSlotReply);
    e.notification = Notification(kSlotNotification);
    const auto holds = [&](CPtr slot) {
        const Result<CNode::Info> info = e.cnode.info(slot);
        return info && info->type != CapType::Null;
    };
    if (holds(kSlotConsole)) e.console = Console(kSlotConsole);
    if (e.kind == StartKind::Factotum) return;
    e.factotum = Endpoint(kSlotFactotum);
    if (holds(kSlotStdio)) e.stdio = Endpoint(kSlotStdio);
}

}  // namespace

const char* getenv(std::string_view name) {
    for (const char* const variable : the_environment.variables) {
        const std::string_view text(variable);
        if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
            return variable + name.size() + 1;
    }
    return nullptr;
}

std::uint64_t auxiliary(std::uint64_t type, std::uint64_t otherwise) {
    for (const AuxEntry& entry : the_environment.auxiliary) {
        if (entry.type == type) return entry.value;
    }
    return otherwise;
}

void exit(std::int64_t status) {
    switch (the_environment.kind) {
        case StartKind::Root: (void)the_environment.machine.shutdown(); break;
        case StartKind::Factotum: break;
        case StartKind::Process:
            (void)transact(the_environment.factotum,
                           MessageWriter(FactotumMethod::Exit).word(status).word(process::this_thread()));
            break;
    }
    // No one handled the exit. A trap is a fault, and faults are reported.
    for (;;) __builtin_trap();
}

}  // namespace glenda

/// Called by _start, on the first thread's stack.
extern "C" [[noreturn]] void glenda_start(glenda::Utcb* utcb, const std::uint64_t* stack) {
    using namespace glenda;
    init_tls_block(__tls_block, utcb);
    read_stack(stack);
    the_environment.kind = kind_of_start();
    if (the_environment.kind == StartKind::Root)
        name_root_capabilities(the_environment);
    else
        name_process_capabilities(the_environment);
    for (auto constructor = __init_array_start; constructor != __init_array_end; constructor++) (*constructor)();
    const std::span<char*> arguments = the_environment.arguments;
    glenda::exit(main(static_cast<int>(arguments.size()), arguments.data()));
}
