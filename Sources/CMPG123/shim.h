#pragma once
#include <mpg123.h>

// mpg123's constants are unnamed enumerations mixed with named ones, which import as different
// types; here each is a plain number.
static const int cmpg123_ok = MPG123_OK;
static const int cmpg123_new_format = MPG123_NEW_FORMAT;
static const int cmpg123_need_more = MPG123_NEED_MORE;
static const int cmpg123_done = MPG123_DONE;
static const int cmpg123_signed_16 = MPG123_ENC_SIGNED_16;
static const int cmpg123_mono_or_stereo = MPG123_MONO | MPG123_STEREO;

// `quiet`: it would print on standard error. `resync_limit`: how many bytes without a frame it
// looks through before it gives up.
static inline int cmpg123_set_up(mpg123_handle *handle, long resync_limit) {
    int status = mpg123_param(
        handle, MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_SKIP_ID3V2 | MPG123_GAPLESS, 0);
    if (status == MPG123_OK)
        status = mpg123_param(handle, MPG123_RESYNC_LIMIT, resync_limit, 0);
    return status;
}
