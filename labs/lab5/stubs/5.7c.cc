// Exercise 5.7: find the regions in the range. If one of them goes on at both ends, there will be one more: make
// room for it first, because that can fail. Then take them out, and pay back what they were charged, with the page
// tables that nobody needs now (spare_tables, before anything is taken out; if has_leaf_for(), there are none).
missing_exercise("5.7", memory, start, end);
