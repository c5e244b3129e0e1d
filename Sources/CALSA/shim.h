#pragma once
#include <alsa/asoundlib.h>

// ALSA's error handler is variadic, which Swift can neither call nor write. By default it prints
// several lines on standard error for what an error code already says.
static inline void calsa_ignore(
    const char *file, int line, const char *function, int code, const char *format, ...
) {
    (void)file, (void)line, (void)function, (void)code, (void)format;
}
static inline void calsa_be_quiet(void) { snd_lib_error_set_handler(calsa_ignore); }
