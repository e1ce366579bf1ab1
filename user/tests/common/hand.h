// SPDX-License-Identifier: MIT
// A thread that makes system calls for the test. If one blocks that must not, the test fails: it does not wait for
// ever.
#pragma once

#include "ktest.h"

namespace glenda::ktest {

/// Its priority is above the main thread's. So a call is over when the method returns, and all that it made possible
/// for threads of that priority has happened.
class Hand {
public:
    explicit Hand(unsigned priority = kPriority + 1) : thread_(body_, {.priority = priority, .name = "hand"}) {}

    /// Makes a system call. If that blocks, this returns Error::WouldBlock, and the test has failed.
    Message enter(Syscall number, CPtr pointer, const Message& message, CPtr reply = 0,
                  const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        body_ = {number, pointer, reply, message};
        thread_.start();
        if (thread_.has_finished()) return body_.message;
        check(false, "this system call must not block, but it did", file, line);
        return {.tag = Tag::error(Error::WouldBlock)};
    }
    Message call(Endpoint to, const Message& message, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
        return enter(Syscall::Call, to.cptr(), message, 0, file, line);
    }
    Message send(Endpoint to, const Message& message, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
        return enter(Syscall::Send, to.cptr(), message, 0, file, line);
    }
    Message nb_send(Endpoint to, const Message& message, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) {
        return enter(Syscall::NBSend, to.cptr(), message, 0, file, line);
    }
    Message nb_recv(Endpoint from, Reply reply = {}, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return enter(Syscall::NBRecv, from.cptr(), {}, reply.cptr(), file, line);
    }
    Message reply(Reply reply, const Message& message, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
        return enter(Syscall::Reply, reply.cptr(), message, 0, file, line);
    }
    Message reply_recv(Endpoint from, Reply reply, const Message& message, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
        return enter(Syscall::ReplyRecv, from.cptr(), message, reply.cptr(), file, line);
    }

private:
    struct Body {
        Syscall number{};
        CPtr pointer = 0, reply = 0;
        Message message{};  // and then the result
        void operator()() { message = sys::enter(number, pointer, message, reply); }
    };
    Body body_;
    Thread thread_;
};

}  // namespace glenda::ktest
