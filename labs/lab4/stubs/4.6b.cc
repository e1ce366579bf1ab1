// Exercise 4.6: service.back_off says how long the pause is. Note when it is over in `due`, count the restart, and say
// so: "console: starts again in 100 ms".
missing_exercise("4.6", service);
