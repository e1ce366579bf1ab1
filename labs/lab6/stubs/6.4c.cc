// Exercise 6.4: add the interrupt to those enabled, or take it away. The register is slow, so write it only if
// something changes.
missing_exercise("6.4", interrupt, wanted);
