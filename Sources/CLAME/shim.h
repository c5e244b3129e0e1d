#pragma once
#include <lame/lame.h>

// The types of these callbacks take a va_list, which Swift cannot name on every architecture.
// Without one LAME prints nothing.
static inline void clame_be_quiet(lame_global_flags *flags) {
    lame_set_errorf(flags, 0);
    lame_set_debugf(flags, 0);
    lame_set_msgf(flags, 0);
}
