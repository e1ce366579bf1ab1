// Exercise 4.4: make the CNode and fill it: the kernel's BootInfo, to be read; the pool; the device tree and the initrd
// (copy_run); and every Untyped that is a device's, in the order in which the kernel names them. open() does the rest.
missing_exercise("4.4", info, pool);
