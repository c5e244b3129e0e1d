#pragma once
#include <microhttpd.h>
#include <stdint.h>

// The library's enums are closed, and Swift names their constants differently by version: what is
// used of them stands here as plain numbers.
static inline enum MHD_Result cmhd_yes(void) { return MHD_YES; }
static inline enum MHD_Result cmhd_no(void) { return MHD_NO; }
static inline int cmhd_is_start(enum MHD_ConnectionNotificationCode code) {
    return code == MHD_CONNECTION_NOTIFY_STARTED;
}
static inline int cmhd_succeeded(enum MHD_Result result) { return result == MHD_YES; }
static const ssize_t cmhd_end_of_body = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t cmhd_body_failed = MHD_CONTENT_READER_END_WITH_ERROR;
static const uint64_t cmhd_unknown_size = MHD_SIZE_UNKNOWN;

struct cmhd_limits {
    unsigned int connections, connections_per_address;
    /// Of one connection, for the header and what is on its way; a longer header is refused (431).
    size_t memory;
    size_t stack;
};

/// Told of each request's target, as it came, before its headers are read; gives what the
/// handler's last argument points to from then on.
typedef void *(*cmhd_target)(void *context, const char *target, struct MHD_Connection *connection);

// MHD_start_daemon() is variadic.
static inline struct MHD_Daemon *cmhd_start(
    int listener, struct cmhd_limits limits, const char *certificate, const char *key,
    MHD_AccessHandlerCallback handler, MHD_NotifyConnectionCallback connection, cmhd_target target,
    MHD_RequestCompletedCallback completed, void *context
) {
    unsigned int flags = MHD_USE_POLL | MHD_USE_INTERNAL_POLLING_THREAD
        | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC | MHD_ALLOW_UPGRADE;
    struct MHD_OptionItem tls[] = {
        // RFC 8996: what is older than TLS 1.2 must not be used.
        {MHD_OPTION_HTTPS_PRIORITIES, 0, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
        {MHD_OPTION_END, 0, 0},
    };
    if (certificate) flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, 0, 0, handler, context,
        MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_CONNECTION_LIMIT, limits.connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, limits.connections_per_address,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.memory,
        MHD_OPTION_THREAD_STACK_SIZE, limits.stack,
        MHD_OPTION_CONNECTION_TIMEOUT, 0u,
        MHD_OPTION_NOTIFY_CONNECTION, connection, context,
        MHD_OPTION_URI_LOG_CALLBACK, target, context,
        MHD_OPTION_NOTIFY_COMPLETED, completed, context,
        // Spaces in a target could be read in two ways.
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, certificate ? tls : tls + 3,
        MHD_OPTION_END);
}

// MHD_get_connection_info() is variadic.
static inline int cmhd_descriptor(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}
static inline void *cmhd_socket_context(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static inline void cmhd_each_header(
    struct MHD_Connection *connection, MHD_KeyValueIteratorN each, void *context
) {
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, each, context);
}

static inline struct MHD_Response *cmhd_response(size_t size, const void *bytes) {
    return MHD_create_response_from_buffer(size, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

// MHD_upgrade_action() is variadic.
static inline void cmhd_close_upgraded(struct MHD_UpgradeResponseHandle *handle) {
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}
