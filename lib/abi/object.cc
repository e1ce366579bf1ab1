// SPDX-License-Identifier: MIT
// The names of the kernel's object types, for reports and transcripts.
#include "abi/object.h"

namespace glenda {

const char* name_of(CapType type) {
    switch (type) {
        case CapType::Null: return "Null";
        case CapType::Untyped: return "Untyped";
        case CapType::CNode: return "CNode";
        case CapType::Tcb: return "Tcb";
        case CapType::Endpoint: return "Endpoint";
        case CapType::Notification: return "Notification";
        case CapType::Reply: return "Reply";
        case CapType::Frame: return "Frame";
        case CapType::PageTable: return "PageTable";
        case CapType::VSpace: return "VSpace";
        case CapType::Timer: return "Timer";
        case CapType::IrqControl: return "IrqControl";
        case CapType::IrqHandler: return "IrqHandler";
        case CapType::Console: return "Console";
        case CapType::Machine: return "Machine";
        case CapType::Zombie: return "Zombie";
        case CapType::Count: break;
    }
    return "?";
}

}  // namespace glenda
