// SPDX-License-Identifier: MIT
// What all typed capability wrappers have in common: a capability pointer, and a Call with a method's label.
//
// A wrapper is a name for a slot, not the authority itself: copying or losing one does nothing to the capability.
#pragma once

#include "glenda/syscall.h"
#include "util/result.h"

namespace glenda {

class Object {
public:
    constexpr Object() = default;
    constexpr explicit Object(CPtr pointer) : pointer_(pointer) {}

    constexpr CPtr cptr() const { return pointer_; }
    /// False for pointer 0, which by convention leads nowhere.
    constexpr explicit operator bool() const { return pointer_ != 0; }

protected:
    /// Call `method` of the object with `words`; the reply as it came. Words past the fourth go through the UTCB.
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
    /// The same for methods that reply nothing.
    template <typename Method, typename... Words>
    Result<void> invoke(Method method, Words... words) const {
        return done(invoke_raw(method, words...));
    }
    /// The same for methods that reply words.
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
