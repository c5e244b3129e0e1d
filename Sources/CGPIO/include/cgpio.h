// libgpiod 1.6 (Debian 12) and 2.x (Debian 13) have no call in common but the one that opens a
// chip. This is what Pressel needs of both: one line of one chip, behind one handle. Nothing is
// decided here; every call that can fail returns a negative errno.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A chip, and its one line once that was requested. For one thread at a time.
struct cgpio;

enum { CGPIO_BIAS_NONE, CGPIO_BIAS_PULL_UP, CGPIO_BIAS_PULL_DOWN };

struct cgpio_edge {
    /// On CLOCK_MONOTONIC, taken by the kernel when the edge came.
    uint64_t nanoseconds;
    /// 1 if the line became active, 0 if inactive.
    int active;
};

/// Opens a chip by its path. Closed by `cgpio_close`, with its line.
int cgpio_open(const char *path, struct cgpio **opened);
void cgpio_close(struct cgpio *gpio);

/// As the kernel calls the chip (`gpiochip0`), and as its driver does; good as long as the handle.
const char *cgpio_name(const struct cgpio *gpio);
const char *cgpio_label(const struct cgpio *gpio);
int cgpio_line_count(const struct cgpio *gpio);

/// The offset of the line called `name`, or -ENOENT.
int cgpio_find_line(struct cgpio *gpio, const char *name);

/// Who uses the line: 0 nobody, 1 somebody, whose name is put into `consumer`, cut to fit and
/// empty if they gave none.
int cgpio_consumer(struct cgpio *gpio, int offset, char *consumer, size_t size);

/// Takes the line as an input whose edges are reported both ways.
int cgpio_request_edges(
    struct cgpio *gpio, int offset, int bias, int active_low, const char *consumer);

/// Takes the line as an output, inactive at first.
int cgpio_request_output(struct cgpio *gpio, int offset, int active_low, const char *consumer);

/// To be polled for input: there are edges to read. Not to be closed by the caller.
int cgpio_descriptor(struct cgpio *gpio);

/// Reads up to `count` edges, at most 16, in their order; waits for the first one.
int cgpio_read_edges(struct cgpio *gpio, struct cgpio_edge *edges, int count);

/// 1 if the line is active, 0 if not.
int cgpio_get(struct cgpio *gpio);
int cgpio_set(struct cgpio *gpio, int active);
