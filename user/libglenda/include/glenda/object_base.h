// SPDX-License-Identifier: MIT
// The base of all typed capability wrappers: a capability pointer, and a Call with the method as label.
//
// A wrapper names a slot. It is not the authority itself: copying or destroying it does not affect the capability.
#pragma once

#include "glenda/syscall.h"
#include "util/result.h"

namespace glenda {

class Object {
public:
    constexpr Object() = default;
    constexpr explicit Object(CPtr pointer) : pointer_(pointer) {}

    constexpr CPtr cptr() const { return pointer_; }
    /// False for pointer 0, which never designates a capability.
    constexpr explicit operator bool() const { return pointer_ != 0; }

protected:
    /// Calls `method` of the object with `words` and returns the raw reply. Words past the fourth go through the UTCB.
    template <typename Method, typename... Words>
    Message invoke_raw(Method method, Words... words) const {
        static_assert(sizeof...(Words) <= kMaxWords);
        const std::uint64_t all[sizeof...(Words) + 1] = {std::uint64_t(words)..., 0};
        Message message{.badge = 0, .tag = Tag(std::uint64_t(method), sizeof...(Words))};
        for (unsigned i = 0; i < sizeof...(Words); i++) {
            if (i < kRegisterWords)
                message.words[i] = all[i];
            else
                utcb()->words[i] = all[i];
        }
        return sys::call(pointer_, message);
    }
    /// The same, for methods that return nothing.
    template <typename Method, typename... Words>
    Result<void> invoke(Method method, Words... words) const {
        return done(invoke_raw(method, words...));
    }
    /// The same, for methods that return words.
    template <typename Method, typename... Words>
    Result<Message> query(Method method, Words... words) const {
        const Message reply = invoke_raw(method, words...);
        CHECK(!reply.tag.is_error(), reply.tag.as_error());
        return reply;
    }
    static Result<void> done(const Message& reply) {
        CHECK(!reply.tag.is_error(), reply.tag.as_error());
        return {};
    }

private:
    CPtr pointer_ = 0;
};

}  // namespace glenda
