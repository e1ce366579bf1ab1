// Exercise 5.7: find the regions in the range. Make room for those that come into being when regions are cut; that can
// fail, so it comes first. Then take them out, and pay back what they were charged, with the page tables that nobody
// needs now (spare_tables, before anything is taken out; if has_leaf_for(), there are none).
missing_exercise("5.7", memory, start, end);
