// Exercise 3.8: if the message is plain (is_plain), copy_message() and finish_reply_recv(). Else return null.
missing_exercise("3.8", tcb, caller, found, message);
