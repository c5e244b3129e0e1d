#include "cgpio.h"

#include <errno.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { longest_batch = 16 };

static int failure(void) { return errno > 0 ? -errno : -EIO; }

// Only version 1 has this constant.
#ifdef GPIOD_LINE_BULK_MAX_LINES

struct cgpio {
    struct gpiod_chip *chip;
    struct gpiod_line *line;  // belongs to the chip
};

int cgpio_open(const char *path, struct cgpio **opened) {
    struct cgpio *gpio = calloc(1, sizeof *gpio);
    if (!gpio) return -ENOMEM;
    gpio->chip = gpiod_chip_open(path);
    if (!gpio->chip) {
        int status = failure();
        free(gpio);
        return status;
    }
    *opened = gpio;
    return 0;
}

void cgpio_close(struct cgpio *gpio) {
    if (gpio->line) gpiod_line_release(gpio->line);
    gpiod_chip_close(gpio->chip);
    free(gpio);
}

const char *cgpio_name(const struct cgpio *gpio) { return gpiod_chip_name(gpio->chip); }
const char *cgpio_label(const struct cgpio *gpio) { return gpiod_chip_label(gpio->chip); }

int cgpio_line_count(const struct cgpio *gpio) { return (int)gpiod_chip_num_lines(gpio->chip); }

int cgpio_find_line(struct cgpio *gpio, const char *name) {
    struct gpiod_line *line = gpiod_chip_find_line(gpio->chip, name);
    return line ? (int)gpiod_line_offset(line) : failure();
}

int cgpio_consumer(struct cgpio *gpio, int offset, char *consumer, size_t size) {
    struct gpiod_line *line = gpiod_chip_get_line(gpio->chip, (unsigned)offset);
    if (!line) return failure();
    const char *name = gpiod_line_consumer(line);
    snprintf(consumer, size, "%s", name ? name : "");
    return gpiod_line_is_used(line);
}

static int take(struct cgpio *gpio, struct gpiod_line *line, int status) {
    if (status < 0) return failure();
    gpio->line = line;
    return 0;
}

int cgpio_request_edges(
    struct cgpio *gpio, int offset, int bias, int active_low, const char *consumer
) {
    struct gpiod_line *line = gpiod_chip_get_line(gpio->chip, (unsigned)offset);
    if (!line) return failure();
    int flags = bias == CGPIO_BIAS_PULL_UP     ? GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP
                : bias == CGPIO_BIAS_PULL_DOWN ? GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN
                                               : GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    if (active_low) flags |= GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;
    return take(gpio, line, gpiod_line_request_both_edges_events_flags(line, consumer, flags));
}

int cgpio_request_output(struct cgpio *gpio, int offset, int active_low, const char *consumer) {
    struct gpiod_line *line = gpiod_chip_get_line(gpio->chip, (unsigned)offset);
    if (!line) return failure();
    int flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    return take(gpio, line, gpiod_line_request_output_flags(line, consumer, flags, 0));
}

int cgpio_descriptor(struct cgpio *gpio) {
    int number = gpiod_line_event_get_fd(gpio->line);
    return number < 0 ? failure() : number;
}

int cgpio_read_edges(struct cgpio *gpio, struct cgpio_edge *edges, int count) {
    struct gpiod_line_event events[longest_batch];
    if (count > longest_batch) count = longest_batch;
    int got = gpiod_line_event_read_multiple(gpio->line, events, (unsigned)count);
    if (got < 0) return failure();
    for (int i = 0; i < got; i++) {
        edges[i].nanoseconds =
            (uint64_t)events[i].ts.tv_sec * 1000000000u + (uint64_t)events[i].ts.tv_nsec;
        edges[i].active = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE;
    }
    return got;
}

int cgpio_get(struct cgpio *gpio) {
    int value = gpiod_line_get_value(gpio->line);
    return value < 0 ? failure() : value;
}

int cgpio_set(struct cgpio *gpio, int active) {
    return gpiod_line_set_value(gpio->line, active) < 0 ? failure() : 0;
}

#else

struct cgpio {
    struct gpiod_chip *chip;
    struct gpiod_chip_info *info;
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *events;  // only of a line taken for its edges
    unsigned offset;
};

int cgpio_open(const char *path, struct cgpio **opened) {
    struct cgpio *gpio = calloc(1, sizeof *gpio);
    if (!gpio) return -ENOMEM;
    gpio->chip = gpiod_chip_open(path);
    if (gpio->chip) gpio->info = gpiod_chip_get_info(gpio->chip);
    if (!gpio->info) {
        int status = failure();
        cgpio_close(gpio);
        return status;
    }
    *opened = gpio;
    return 0;
}

void cgpio_close(struct cgpio *gpio) {
    if (gpio->events) gpiod_edge_event_buffer_free(gpio->events);
    if (gpio->request) gpiod_line_request_release(gpio->request);
    if (gpio->info) gpiod_chip_info_free(gpio->info);
    if (gpio->chip) gpiod_chip_close(gpio->chip);
    free(gpio);
}

const char *cgpio_name(const struct cgpio *gpio) { return gpiod_chip_info_get_name(gpio->info); }
const char *cgpio_label(const struct cgpio *gpio) { return gpiod_chip_info_get_label(gpio->info); }

int cgpio_line_count(const struct cgpio *gpio) {
    return (int)gpiod_chip_info_get_num_lines(gpio->info);
}

int cgpio_find_line(struct cgpio *gpio, const char *name) {
    int offset = gpiod_chip_get_line_offset_from_name(gpio->chip, name);
    return offset < 0 ? failure() : offset;
}

int cgpio_consumer(struct cgpio *gpio, int offset, char *consumer, size_t size) {
    struct gpiod_line_info *info = gpiod_chip_get_line_info(gpio->chip, (unsigned)offset);
    if (!info) return failure();
    const char *name = gpiod_line_info_get_consumer(info);
    snprintf(consumer, size, "%s", name ? name : "");
    int used = gpiod_line_info_is_used(info);
    gpiod_line_info_free(info);
    return used;
}

static int take(
    struct cgpio *gpio, int offset, struct gpiod_line_settings *settings, const char *consumer
) {
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *request = gpiod_request_config_new();
    unsigned number = (unsigned)offset;
    int status = -ENOMEM;
    if (lines && request) {
        gpiod_request_config_set_consumer(request, consumer);
        if (gpiod_line_config_add_line_settings(lines, &number, 1, settings) == 0)
            gpio->request = gpiod_chip_request_lines(gpio->chip, request, lines);
        status = gpio->request ? 0 : failure();
        gpio->offset = number;
    }
    if (request) gpiod_request_config_free(request);
    if (lines) gpiod_line_config_free(lines);
    gpiod_line_settings_free(settings);
    return status;
}

int cgpio_request_edges(
    struct cgpio *gpio, int offset, int bias, int active_low, const char *consumer
) {
    gpio->events = gpiod_edge_event_buffer_new(longest_batch);
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (!gpio->events || !settings) {
        if (settings) gpiod_line_settings_free(settings);
        return -ENOMEM;
    }
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
    gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
    gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
    gpiod_line_settings_set_active_low(settings, active_low);
    gpiod_line_settings_set_bias(
        settings, bias == CGPIO_BIAS_PULL_UP     ? GPIOD_LINE_BIAS_PULL_UP
                  : bias == CGPIO_BIAS_PULL_DOWN ? GPIOD_LINE_BIAS_PULL_DOWN
                                                 : GPIOD_LINE_BIAS_DISABLED);
    return take(gpio, offset, settings, consumer);
}

int cgpio_request_output(struct cgpio *gpio, int offset, int active_low, const char *consumer) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (!settings) return -ENOMEM;
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
    gpiod_line_settings_set_active_low(settings, active_low);
    gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE);
    return take(gpio, offset, settings, consumer);
}

int cgpio_descriptor(struct cgpio *gpio) { return gpiod_line_request_get_fd(gpio->request); }

int cgpio_read_edges(struct cgpio *gpio, struct cgpio_edge *edges, int count) {
    if (count > longest_batch) count = longest_batch;
    int got = gpiod_line_request_read_edge_events(gpio->request, gpio->events, (size_t)count);
    if (got < 0) return failure();
    for (int i = 0; i < got; i++) {
        struct gpiod_edge_event *event =
            gpiod_edge_event_buffer_get_event(gpio->events, (unsigned long)i);
        edges[i].nanoseconds = gpiod_edge_event_get_timestamp_ns(event);
        edges[i].active =
            gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
    }
    return got;
}

int cgpio_get(struct cgpio *gpio) {
    enum gpiod_line_value value = gpiod_line_request_get_value(gpio->request, gpio->offset);
    return value == GPIOD_LINE_VALUE_ERROR ? failure() : value == GPIOD_LINE_VALUE_ACTIVE;
}

int cgpio_set(struct cgpio *gpio, int active) {
    enum gpiod_line_value value = active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_value(gpio->request, gpio->offset, value) < 0 ? failure() : 0;
}

#endif
