// SPDX-License-Identifier: MIT
// See pattern.h. One line for each method that a victim may call; more lines make a method more likely.
#include "pattern.h"

#include "abi/method.h"

namespace glenda::fuzz {

namespace {

template <typename Method>
constexpr Pattern line(CapType type, Method method, Arg a = Arg::None, Arg b = Arg::None, Arg c = Arg::None,
                       Arg d = Arg::None, Arg e = Arg::None, Arg f = Arg::None) {
    return {type, unsigned(method), {a, b, c, d, e, f}};
}

using enum Arg;
constexpr Pattern kPatterns[] = {
    line(CapType::Untyped, UntypedMethod::Retype, Kind, Node, Empty),
    line(CapType::Untyped, UntypedMethod::Retype, Kind, Node, Empty),
    line(CapType::Untyped, UntypedMethod::Retype, Kind, Node, Empty),
    line(CapType::Untyped, UntypedMethod::Retype, Kind, Node, Empty, Small),
    line(CapType::Untyped, UntypedMethod::Info),
    line(CapType::CNode, CNodeMethod::Copy, Empty, Node, Index, Rights),
    line(CapType::CNode, CNodeMethod::Copy, Empty, Node, Index, Rights),
    line(CapType::CNode, CNodeMethod::Copy, Empty, Node, Index, Rights, Count),
    line(CapType::CNode, CNodeMethod::Mint, Empty, Node, Index, Rights, Any),
    line(CapType::CNode, CNodeMethod::Mint, Empty, Node, Index, Rights, Guard, GuardBits),
    line(CapType::CNode, CNodeMethod::Move, Empty, Node, Index),
    line(CapType::CNode, CNodeMethod::Delete, Index),
    line(CapType::CNode, CNodeMethod::Revoke, Index),
    line(CapType::CNode, CNodeMethod::Info, Index),
    line(CapType::CNode, CNodeMethod::Same, Index, Node, Index),
    line(CapType::Tcb, TcbMethod::Configure, Node, Space, Page, Address, Handler),
    line(CapType::Tcb, TcbMethod::SetPriority, Priority, Priority),
    line(CapType::Tcb, TcbMethod::WriteRegisters, Small, Any),
    line(CapType::Tcb, TcbMethod::ReadRegisters),
    line(CapType::Tcb, TcbMethod::Resume),
    line(CapType::Tcb, TcbMethod::Suspend),
    line(CapType::Tcb, TcbMethod::BindNotification, Signal),
    line(CapType::Tcb, TcbMethod::UnbindNotification),
    line(CapType::Tcb, TcbMethod::SetAffinity, Small),
    line(CapType::Tcb, TcbMethod::SetTimeSlice, Slice),
    line(CapType::Tcb, TcbMethod::SetName, Any, Any),
    line(CapType::Tcb, TcbMethod::Info),
    line(CapType::Tcb, TcbMethod::CopyRegisters, Thread),
    line(CapType::Frame, FrameMethod::Map, Space, Address, Flags),
    line(CapType::Frame, FrameMethod::Map, Space, Address, Flags),
    line(CapType::Frame, FrameMethod::Map, Space, Address, Flags, Count),
    line(CapType::Frame, FrameMethod::Unmap),
    line(CapType::Frame, FrameMethod::Protect, Flags),
    line(CapType::Frame, FrameMethod::Info),
    line(CapType::PageTable, PageTableMethod::Map, Space, Address),
    line(CapType::PageTable, PageTableMethod::Map, Space, Address),
    line(CapType::PageTable, PageTableMethod::Unmap),
    line(CapType::VSpace, VSpaceMethod::Info, Address),
    line(CapType::VSpace, VSpaceMethod::Info, Address),
    line(CapType::VSpace, VSpaceMethod::Unmap, Address, Count),
    line(CapType::VSpace, VSpaceMethod::Protect, Address, Count, Flags),
    line(CapType::Timer, TimerMethod::Bind, Signal),
    line(CapType::Timer, TimerMethod::Arm, Deadline),
    line(CapType::Timer, TimerMethod::Arm, Deadline),
    line(CapType::Timer, TimerMethod::Cancel),
    line(CapType::IrqControl, IrqControlMethod::Claim, Small, Node, Empty),
    line(CapType::IrqHandler, IrqHandlerMethod::Bind, Signal),
    line(CapType::IrqHandler, IrqHandlerMethod::Ack),
    line(CapType::IrqHandler, IrqHandlerMethod::Unbind),
};

}  // namespace

const Pattern& pattern_of(CapType type, std::uint64_t choice) {
    unsigned count = 0;
    for (const Pattern& pattern : kPatterns) count += pattern.type == type;
    if (count == 0) return kPatterns[choice % (sizeof(kPatterns) / sizeof(kPatterns[0]))];
    choice %= count;
    for (const Pattern& pattern : kPatterns) {
        if (pattern.type == type && choice-- == 0) return pattern;
    }
    return kPatterns[0];
}

}  // namespace glenda::fuzz
