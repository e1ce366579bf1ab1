// SPDX-License-Identifier: MIT
// The names of the Factotum protocol's enumerators, for messages and tables.
#include "protocol/factotum.h"

namespace glenda {

const char* name_of(CrashKind kind) {
    switch (kind) {
        case CrashKind::None: return "nothing";
        case CrashKind::LoadPageFault: return "load page fault";
        case CrashKind::StorePageFault: return "store page fault";
        case CrashKind::InstructionPageFault: return "instruction page fault";
        case CrashKind::ReadProtected: return "read of protected memory";
        case CrashKind::WriteProtected: return "write to read-only memory";
        case CrashKind::ExecuteProtected: return "jump into memory without code";
        case CrashKind::StackOverflow: return "stack overflow";
        case CrashKind::IllegalInstruction: return "illegal instruction";
        case CrashKind::Misaligned: return "misaligned access";
        case CrashKind::Breakpoint: return "breakpoint";
        case CrashKind::AccessFault: return "access fault";
        case CrashKind::UnknownSyscall: return "unknown system call";
        case CrashKind::OutOfMemory: return "out of memory";
        case CrashKind::OtherException: return "exception";
        case CrashKind::PagerEnded: return "page whose pager has ended";
        case CrashKind::Count: break;
    }
    return "?";
}

const char* name_of(ProcessState state) {
    switch (state) {
        case ProcessState::Running: return "run";
        case ProcessState::Waiting: return "wait";
        case ProcessState::Stopped: return "stop";
        case ProcessState::Zombie: return "zombie";
    }
    return "?";
}

const char* name_of(ThreadActivity activity) {
    switch (activity) {
        case ThreadActivity::Running: return "run";
        case ThreadActivity::Sending: return "send";
        case ThreadActivity::Receiving: return "receive";
        case ThreadActivity::Calling: return "call";
        case ThreadActivity::Stopped: return "stop";
        case ThreadActivity::Child: return "child";
        case ThreadActivity::Joining: return "join";
        case ThreadActivity::Service: return "service";
        case ThreadActivity::Event: return "event";
        case ThreadActivity::Futex: return "futex";
        case ThreadActivity::Sleeping: return "sleep";
        case ThreadActivity::Page: return "page";
        case ThreadActivity::Paging: return "pager";
        case ThreadActivity::Ended: return "ended";
    }
    return "?";
}

}  // namespace glenda
