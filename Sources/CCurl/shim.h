#pragma once
#include <curl/curl.h>

// curl_easy_setopt() and curl_multi_setopt() are variadic, which Swift cannot call. One wrapper per
// kind of argument, so that both compilers check every call.
static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode ccurl_set_headers(CURL *easy, struct curl_slist *headers) {
    return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

typedef size_t (*ccurl_transfer)(char *bytes, size_t size, size_t count, void *owner);
typedef int (*ccurl_seek)(void *owner, curl_off_t offset, int origin);

static inline void ccurl_on_header(CURL *easy, ccurl_transfer call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, owner);
}
static inline void ccurl_on_body(CURL *easy, ccurl_transfer call, void *owner) {
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, owner);
}
static inline void ccurl_on_upload(
    CURL *easy, ccurl_transfer read, ccurl_seek seek, void *owner) {
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
    curl_easy_setopt(easy, CURLOPT_READDATA, owner);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, owner);
}
static inline void ccurl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    curl_easy_setopt(easy, option, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The message's result is a member of a union.
static inline CURL *ccurl_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)))
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    return NULL;
}

// Function-like or typed in ways that do not import.
static inline void ccurl_start(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }
static inline long ccurl_status(CURL *easy) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
static inline curl_socket_t ccurl_socket(CURL *easy) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
    return socket;
}
static const size_t ccurl_pause_reading = CURL_READFUNC_PAUSE;
static const size_t ccurl_pause_writing = CURL_WRITEFUNC_PAUSE;
static const long ccurl_http_2_over_tls = CURL_HTTP_VERSION_2TLS;
static const long ccurl_http_1_1 = CURL_HTTP_VERSION_1_1;
static const long ccurl_one_at_a_time = CURLPIPE_NOTHING;
static const int ccurl_go_on = CURLPAUSE_CONT;
