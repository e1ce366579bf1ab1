// SPDX-License-Identifier: MIT
// Loads the first program; see first_thread.h. Nothing is given back if it fails, because the machine goes off.
#include "first_thread.h"

#include "abi.h"
#include "boot/survey.h"
#include "load.h"
#include "memory.h"
#include "sched/schedule.h"
#include "thread/cspace.h"
#include "thread/thread_table.h"
#include "thread/vspace.h"

namespace glenda {

namespace {

constexpr std::uint8_t kFirstPriority = 100;
constexpr VirtAddr kUtcb{kStackTop};  // the page behind the stack

/// Makes the thread's spaces, with the program and a UTCB in its VSpace. Errors: those of find_program(),
/// load_program(), VSpace and CSpace.
Result<LoadedProgram> make_spaces(Tcb& tcb, std::string_view path, const Arguments& arguments) {
    TRY(elf, find_program(path));
    TRY(cspace, CSpace::create());
    TRY(vspace, VSpace::create());
    TRY(program, load_program(vspace->root(), elf, arguments));
    TRY_VOID(vspace->map(kUtcb, kUtcb + kPageSize, MapFlags::ReadWrite));
    const PhysAddr page = find_user_page(vspace->root(), kUtcb, MapFlags::Write)->address();
    share_page(page);
    tcb.cspace = cspace;
    tcb.vspace = vspace;
    tcb.satp = vspace->satp();
    tcb.utcb = to_pointer<Utcb>(page);
    tcb.utcb_address = kUtcb;
    return program;
}

}  // namespace

void start_first_thread(std::string_view path, std::string_view command_line) {
    Arguments arguments;
    if (!arguments.add(path) || !arguments.add(command_line)) refuse_to_boot("command line", "", "it is too long");
    Tcb& tcb = **allocate_thread();
    const Result<LoadedProgram> program = make_spaces(tcb, path, arguments);
    if (program.error() == kNoSuchFile) refuse_to_boot("first program", path, "there is no such file in the initrd");
    if (!program) refuse_to_boot("first program", path, "it is no program, or there is too little memory");
    tcb.registers.pc = program->entry.value;
    tcb.registers.sp() = program->stack.value;
    tcb.registers.a(0) = program->argument_count;
    tcb.registers.a(1) = program->arguments.value;
    tcb.registers.a(2) = kUtcb.value;
    tcb.priority = kFirstPriority;
    make_ready(tcb);
}

}  // namespace glenda
