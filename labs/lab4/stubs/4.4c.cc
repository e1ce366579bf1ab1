// Exercise 4.4: move each piece of the plan's memory to slot next++ of `node`, and describe it in factotum_info.
missing_exercise("4.4", node, next);
