// SPDX-License-Identifier: MIT
// Copies path and arguments out of the old memory, loads the program, and lets the process change over; see exec.h.
#include "exec.h"

#include <cstring>

#include "abi.h"
#include "boot/survey.h"
#include "load.h"
#include "memory.h"
#include "regions.h"
#include "schedule.h"

namespace glenda {

namespace {

/// Lets `process` begin with `program`, in the address space of `root`. Its old one, if it has one, is given back.
void change_over(Process& process, std::string_view name, PageTable& root, const LoadedProgram& program) {
    const PhysAddr old = process.root_pt_pa;
    process.root_pt_pa = to_physical(&root);
    use_space(process);
    if (old.value != 0) free_user_space(*to_pointer<PageTable>(old));
    process.heap_base = process.heap_top = program.end;
    process.mmap_head = {kMmapBase};
    process.registers = {};
    process.registers.pc = program.entry.value;
    process.registers.sp() = program.stack.value;
    process.registers.a(0) = program.argument_count;
    process.registers.a(1) = program.arguments.value;
    if (name.starts_with("bin/")) name.remove_prefix(4);
    std::memset(process.name, 0, sizeof process.name);
    std::memcpy(process.name, name.data(), std::min(name.size(), sizeof process.name - 1));
}

/// Loads the file `path` into a new space, and lets `process` change over. Errors: those of exec().
Result<void> run(Process& process, std::string_view path, const Arguments& arguments) {
    TRY(elf, find_program(path));
    PageTable* root = create_user_space();
    CHECK(root != nullptr, Error::NotEnoughMemory);
    const Result<LoadedProgram> program = load_program(*root, elf, arguments);
    if (!program) {
        free_user_space(*root);
        return Failure(program.error());
    }
    change_over(process, path, *root, *program);
    return {};
}

/// Copies the texts of `argv` from the process's memory. Errors: NotMapped, MessageTooLong.
Result<void> copy_arguments(Process& process, VirtAddr argv, Arguments& arguments) {
    for (;; argv = argv + sizeof(VirtAddr)) {
        VirtAddr text;
        TRY_VOID(copy_in(process.root(), &text, argv, sizeof text));
        if (text.value == 0) return {};
        TRY(length, copy_text_in(process.root(), arguments.room(), text));
        TRY_VOID(arguments.add(length));
    }
}

}  // namespace

Result<std::uint64_t> exec(Process& process, VirtAddr path, VirtAddr argv) {
    char name[kMaxPath];
    TRY(length, copy_text_in(process.root(), name, path));
    Arguments arguments;
    TRY_VOID(copy_arguments(process, argv, arguments));
    TRY_VOID(run(process, {name, length}, arguments));
    return arguments.count();
}

void exec_first(Process& process, std::string_view path, std::string_view command_line) {
    Arguments arguments;
    if (!arguments.add(path) || !arguments.add(command_line)) refuse_to_boot("command line", "", "it is too long");
    const Result<void> result = run(process, path, arguments);
    if (result.error() == kNoSuchFile) refuse_to_boot("first program", path, "there is no such file in the initrd");
    if (!result) refuse_to_boot("first program", path, "it is no program, or there is too little memory");
}

}  // namespace glenda
