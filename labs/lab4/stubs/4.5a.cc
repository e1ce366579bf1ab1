// Exercise 4.5: is there an order in which all services can start? If not, the error names those that wait for each
// other in a circle, and none else: "a" needs "b", which needs "a": none can be first.
missing_exercise("4.5");
