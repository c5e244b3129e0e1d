// What Debian 13's Swift runtime finds in the glibc that it was compiled with and Debian 12's does
// not have: linked into the program for Debian 12.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// From 2.38 on strtol() and its like go by these names, since they know C23's "0b1" too. The
// runtime reads decimal numbers with them, from its own variables of the environment.
long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }

long long __isoc23_strtoll(const char *text, char **end, int base) {
    return strtoll(text, end, base);
}

int __isoc23_sscanf(const char *text, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int count = vsscanf(text, format, list);
    va_end(list);
    return count;
}

// New in 2.38.
size_t strlcpy(char *to, const char *from, size_t room) {
    size_t length = strlen(from);
    if (room > 0) {
        size_t count = length < room ? length : room - 1;
        memcpy(to, from, count);
        to[count] = 0;
    }
    return length;
}
