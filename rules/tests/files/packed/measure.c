#include <string.h>

int measure(const char *text) { return (int)strlen(text); }
