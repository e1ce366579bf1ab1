// Exercise 4.6: what now? A service that is ready when it ends with success is Done. Else its rule says whether it
// starts again: after a pause (back_off), unless it has ended kMaxFailedStarts times in a row before it was up: then
// give_up(). If the rule says no, it is Stopped.
missing_exercise("4.6", service, status);
