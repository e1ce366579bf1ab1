// SPDX-License-Identifier: MIT
// The names of the kinds of trace event, for reports and transcripts.
#include "abi/trace.h"

namespace glenda {

const char* name_of(TraceKind kind) {
    switch (kind) {
        case TraceKind::Syscall: return "Syscall";
        case TraceKind::Refused: return "Refused";
        case TraceKind::Message: return "Message";
        case TraceKind::Reply: return "Reply";
        case TraceKind::Signal: return "Signal";
        case TraceKind::Fault: return "Fault";
        case TraceKind::Interrupt: return "Interrupt";
        case TraceKind::Device: return "Device";
        case TraceKind::Switch: return "Switch";
    }
    return "?";
}

}  // namespace glenda
