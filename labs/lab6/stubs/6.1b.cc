// Exercise 6.1: go through all nodes (FdtWalk). A node that is available and has a `compatible` may be a device:
// fill a MachineDevice, as machine.h says, and insert() it. It is usable if it has registers, and the kernel gets
// its interrupt (can_interrupt). What is neither usable, nor has a driver, nor is virtio, is none of ours.
missing_exercise("6.1", tree, table);
