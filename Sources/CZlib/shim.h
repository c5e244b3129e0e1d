#pragma once
#include <zlib.h>

// deflateInit2() is a macro. 15 bits of window, and 16 for gzip's head and check (zlib.h).
static inline int czlib_start_gzip(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
}
