#include <math.h>
#include <stdio.h>

int main(int count, char **arguments) { return printf("%s %f\n", arguments[0], sqrt(count)) < 0; }
