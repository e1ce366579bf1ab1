// Exercise 5.2: find the segment that the cluster belongs to. Copy the file's bytes into each of the cluster's
// pages: the first and the last page of a segment may have bytes in a part of them only. copy_bytes() is as
// memcpy().
missing_exercise("5.2", image, cluster);
