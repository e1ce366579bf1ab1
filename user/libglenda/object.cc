// SPDX-License-Identifier: MIT
// The wrappers' methods that are more than a Call: they return words, or send many.
#include "glenda/object.h"

namespace glenda {

Result<Untyped::Info> Untyped::info() const {
    TRY(reply, query(UntypedMethod::Info));
    return Info{reply.words[0], unsigned(reply.words[1]), reply.words[2], reply.words[3] != 0};
}

Result<void> Untyped::retype(CapType type, unsigned size_bits, CNode node, std::uint64_t index, unsigned count,
                             std::uint64_t offset) const {
    return invoke(UntypedMethod::Retype, RetypeKind{type, std::uint8_t(size_bits), count}.encode(), node.cptr(), index,
                  offset);
}

Result<CNode::Info> CNode::info(std::uint64_t index) const {
    TRY(reply, query(CNodeMethod::Info, index));
    return Info{CapType(reply.words[0]), Rights(reply.words[1]), unsigned(reply.words[2]), reply.words[3]};
}

Result<bool> CNode::same(std::uint64_t index, CNode other, std::uint64_t other_index) const {
    TRY(answer, query(CNodeMethod::Same, index, other.cptr(), other_index));
    return answer.words[0] != 0;
}

Result<VSpace::Mapping> VSpace::info(std::uint64_t address) const {
    TRY(reply, query(VSpaceMethod::Info, address));
    return Mapping{reply.words[0], MapFlags(reply.words[1]), unsigned(reply.words[2])};
}

Result<Frame::Info> Frame::info() const {
    TRY(reply, query(FrameMethod::Info));
    return Info{reply.words[0], unsigned(reply.words[1]), reply.words[2]};
}

Result<void> Tcb::configure(const Setting& setting) const {
    return invoke(TcbMethod::Configure, setting.cspace.cptr(), setting.vspace.cptr(), setting.utcb_frame.cptr(),
                  setting.utcb_address, setting.fault_handler.cptr());
}

Result<void> Tcb::write_registers(const Registers& registers, unsigned count) const {
    const auto* const values = reinterpret_cast<const std::uint64_t*>(&registers);
    Message message{.badge = 0, .tag = Tag(std::uint64_t(TcbMethod::WriteRegisters), 1 + count)};
    for (unsigned i = 1; i < kRegisterWords; i++) message.words[i] = values[i - 1];  // word 0: from register 0 on
    for (unsigned i = kRegisterWords; i < 1 + count; i++) utcb()->words[i] = values[i - 1];
    return done(sys::call(cptr(), message));
}

Result<void> Tcb::read_registers(Registers& registers) const {
    TRY(reply, query(TcbMethod::ReadRegisters));
    std::uint64_t words[sizeof(Registers) / sizeof(std::uint64_t)];
    __builtin_memcpy(words, utcb()->words, sizeof(words));
    for (unsigned i = 0; i < kRegisterWords; i++) words[i] = reply.words[i];
    __builtin_memcpy(&registers, words, sizeof(registers));
    return {};
}

Result<void> Tcb::set_name(std::string_view name) const {
    constexpr std::size_t kLongest = 15;
    char bytes[16] = {};
    __builtin_memcpy(bytes, name.data(), name.size() < kLongest ? name.size() : kLongest);
    std::uint64_t words[2];
    __builtin_memcpy(words, bytes, sizeof(words));
    return invoke(TcbMethod::SetName, words[0], words[1]);
}

Result<void> Console::write(std::string_view text) const {
    constexpr std::size_t kMost = (kMaxWords - 1) * sizeof(std::uint64_t);
    while (!text.empty()) {
        const std::size_t size = text.size() < kMost ? text.size() : kMost;
        std::uint64_t words[kMaxWords] = {size};
        __builtin_memcpy(words + 1, text.data(), size);
        const unsigned length = 1 + unsigned((size + 7) / 8);
        Message message{.badge = 0, .tag = Tag(std::uint64_t(ConsoleMethod::Write), length)};
        for (unsigned i = 0; i < kRegisterWords; i++) message.words[i] = words[i];
        for (unsigned i = kRegisterWords; i < length; i++) utcb()->words[i] = words[i];
        TRY_VOID(done(sys::call(cptr(), message)));
        text.remove_prefix(size);
    }
    return {};
}

Result<std::uint64_t> Machine::counter(std::uint64_t which) const {
    TRY(reply, query(MachineMethod::Counter, which));
    return reply.words[0];
}

Result<bool> Machine::set_fast_path(bool on) const {
    TRY(reply, query(MachineMethod::FastPath, on ? 1 : 0));
    return reply.words[0] != 0;
}

Result<bool> Machine::check() const {
    TRY(reply, query(MachineMethod::Check));
    return reply.words[0] == 0;
}

Result<Machine::TraceState> Machine::control_trace(TraceCommand command) const {
    TRY(reply, query(MachineMethod::TraceControl, std::uint64_t(command)));
    return TraceState{reply.words[0], reply.words[1] != 0};
}

Result<Machine::TraceRange> Machine::read_trace(std::uint64_t from, std::span<TraceEvent> events) const {
    TRY(reply, query(MachineMethod::TraceRead, from));
    const TraceRange all{reply.words[0], unsigned(reply.words[1] - reply.words[0])};
    // The events start with the third word, in a register, and continue in the UTCB.
    utcb()->words[2] = reply.words[2];
    utcb()->words[3] = reply.words[3];
    const TraceRange copied{all.first, all.count < events.size() ? all.count : unsigned(events.size())};
    __builtin_memcpy(events.data(), utcb()->words + 2, copied.count * sizeof(TraceEvent));
    return copied;
}

Result<Machine::Times> Machine::syscall_times(Syscall which) const {
    TRY(reply, query(MachineMethod::SyscallTimes, std::uint64_t(which)));
    return Times{reply.words[0], reply.words[1], reply.words[2]};
}

}  // namespace glenda
