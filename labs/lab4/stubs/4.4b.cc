// Exercise 4.4: for each frame of the initrd: copy it with the right to read alone, map the copy in `space` where 9Ball
// sees the same page, and move it to slot next++ of `node`. Give each slot that was free in between back.
// factotum_info.initrd_frames says from which slot to which.
missing_exercise("4.4", node, space, next, kLargePage);
