// Exercise 3.8: what send(), deliver() and choose() do on the slow path, in one go.
// 1. The receiver leaves the queue and its Reply. The caller takes its place in the Reply.
// 2. The receiver finds the badge in a0, is Ready, and runs now (switch_to).
missing_exercise("3.8", hart, endpoint, caller, receiver, badge);
