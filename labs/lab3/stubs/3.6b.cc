// Exercise 3.6: the handler has replied.
// Unless the reply resumes the thread (is_resume), it stays Inactive. Else apply_resume(), and make it ready.
missing_exercise("3.6", tcb, handler);
