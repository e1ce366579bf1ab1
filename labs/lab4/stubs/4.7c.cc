bool wanted = power_.has_value();
for (const Service& service : services()) wanted = wanted || service.stop_wanted;
if (!wanted) return;
// Exercise 4.7: look at each service that is to stop and has not. One that does not run is Stopped at once; one that
// nobody needs any more is asked to stop (ask_to_stop). When none runs, and the machine is to stop, it does.
// In the end arm_timer().
missing_exercise("4.7");
