// Exercise 6.4: no interrupts, then the FIFOs on (do not clear them: they hold what came meanwhile), then the lines
// that tell the other side, and the interrupt controller, that somebody is there.
missing_exercise("6.4");
