#pragma once
// Not with _GNU_SOURCE: Swift's own Glibc module is built without it, and the two would disagree
// about the same structures. What it hides is declared here instead.
#include <spawn.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <link.h>
#include <linux/input.h>
#include <linux/spi/spidev.h>
#include <malloc.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

// C's global variables are shared mutable state to Swift 6, which refuses them.
extern char **environ;
static inline char **clinux_environment(void) { return environ; }
static inline char *clinux_option_argument(void) { return optarg; }
static inline int clinux_option_index(void) { return optind; }
/// The letter of a short option that is none here; 0 for a long one.
static inline int clinux_option_letter(void) { return optopt; }
/// Glibc starts anew, whatever an earlier call left behind, when `optind` is 0.
static inline void clinux_options_restart(void) { optind = 0, opterr = 0; }

// fcntl() is variadic, and Linux's F_SETPIPE_SZ (fcntl.h of the kernel: 1024 + 7) needs _GNU_SOURCE.
static inline int clinux_set_pipe_size(int descriptor, int bytes) {
    return fcntl(descriptor, 1031, bytes);
}

// prctl() is variadic. Linux keeps 15 bytes of a thread's name.
static inline void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

// SCHED_RESET_ON_FORK (0x40000000) needs _GNU_SOURCE. Zero is the calling thread.
static inline int clinux_run_in_real_time(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return sched_setscheduler(0, SCHED_RR | 0x40000000, &parameters);
}
/// Ends what clinux_run_in_real_time() began.
static inline void clinux_run_as_usual(void) {
    struct sched_param parameters = {.sched_priority = 0};
    sched_setscheduler(0, SCHED_OTHER, &parameters);
}

int pthread_sigmask(int how, const sigset_t *new, sigset_t *old);
int pipe2(int ends[2], int flags);

// EFD_CLOEXEC and EFD_NONBLOCK are an anonymous enum, which imports differently by version.
static inline int clinux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// inotify's flags are anonymous enums, too.
static inline int clinux_inotify(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }
/// Something appears in a folder, or its owner or rights change, or the folder goes.
static inline int clinux_inotify_watch(int inotify, const char *folder) {
    return inotify_add_watch(
        inotify, folder,
        IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

/// Reads all that a descriptor that does not block has, and forgets it.
static inline void clinux_drain(int descriptor) {
    char buffer[4096];
    while (read(descriptor, buffer, sizeof buffer) > 0) {}
}

/// Whether a folder is kept in memory: tmpfs or ramfs, by the numbers of linux/magic.h.
static inline int clinux_is_in_memory(const char *path) {
    struct statfs status;
    if (statfs(path, &status) != 0) return 0;
    unsigned type = (unsigned)status.f_type;
    return type == 0x01021994u || type == 0x858458f6u;
}

// A handler may only do what is safe in the middle of anything, so it is C: it writes the signal's
// number into a pipe. (Blocking signals and waiting for them is no way here: the main thread of a
// Swift program sleeps in libdispatch's sigsuspend(), which unblocks them all.)
static int clinux_signal_pipe = -1;
static inline void clinux_pass_on(int number) {
    int before = errno;
    unsigned char byte = (unsigned char)number;
    if (write(clinux_signal_pipe, &byte, 1) < 0) {}
    errno = before;
}
static inline void clinux_pass_signal_on(int number, int pipe) {
    clinux_signal_pipe = pipe;
    struct sigaction action = {.sa_handler = clinux_pass_on, .sa_flags = SA_RESTART};
    sigaction(number, &action, NULL);
}

// A thread that has stopped for good in the middle of whatever it did, for tests of what watches
// over threads. syscall() is variadic.
long syscall(long number, ...);
static inline void clinux_never_return(int number) { (void)number; for (;;) pause(); }
static inline int clinux_hang_thread(int thread) {
    struct sigaction action = {.sa_handler = clinux_never_return};
    sigaction(SIGUSR2, &action, NULL);
    return (int)syscall(SYS_tgkill, getpid(), thread, SIGUSR2);
}
/// The threads that run tasks block all signals, and so would those that they start.
static inline void clinux_allow_hanging(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

// ioctl() is variadic, and its requests are function-like macros.
static inline int clinux_input_use_monotonic_clock(int device) {
    int clock = CLOCK_MONOTONIC;
    return ioctl(device, EVIOCSCLOCKID, &clock);
}
static inline int clinux_input_grab(int device) { return ioctl(device, EVIOCGRAB, 1); }
/// Sets a bit for each key that is down, the lowest bit of the first byte for key 0.
static inline int clinux_input_keys_down(int device, unsigned char bits[KEY_CNT / 8]) {
    return ioctl(device, EVIOCGKEY(KEY_CNT / 8), bits);
}
static inline int clinux_spi_set_up(int device, unsigned char mode, unsigned int hertz) {
    if (ioctl(device, SPI_IOC_WR_MODE, &mode) < 0) return -1;
    return ioctl(device, SPI_IOC_WR_MAX_SPEED_HZ, &hertz);
}

// Both are Linux's and need _GNU_SOURCE.
static const short clinux_poll_hung_up = 0x2000;  // POLLRDHUP
struct pollfd;
int ppoll(struct pollfd *descriptors, unsigned long count, const struct timespec *timeout,
          const void *signals);
static inline int clinux_poll(
    struct pollfd *descriptors, unsigned long count, const struct timespec *timeout
) {
    return ppoll(descriptors, count, timeout, 0);
}

// Declared for _GNU_SOURCE alone, which a module that somebody else has read already cannot ask for.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
static inline int clinux_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

// close_range() is declared for _GNU_SOURCE alone, too; 4 is CLOSE_RANGE_CLOEXEC.
int close_range(unsigned int first, unsigned int last, int flags);
static inline void clinux_close_on_exec(unsigned int first) { close_range(first, ~0u, 4); }

// A heap for each thread, as glibc has it, keeps what each thread once needed: two are enough for
// the few that we have.
// glibc gives each thread a heap and keeps each one's peak, and takes a block as large as the largest
// that was ever freed from a heap too. Setting the thresholds, here to their first values, also
// stops them from rising.
static inline void clinux_share_heaps(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

/// Gives the kernel back what heaps hold and nobody uses, also between what is used.
static inline void clinux_trim_heaps(void) { malloc_trim(0); }
static inline size_t clinux_allocated(void) {
    struct mallinfo2 heaps = mallinfo2();
    return heaps.uordblks + heaps.hblkhd;
}

// What dl_iterate_phdr(3) tells of the program and of each library; it needs _GNU_SOURCE.
struct clinux_loaded {
    ElfW(Addr) address;
    const char *name;
    const ElfW(Phdr) *headers;
    ElfW(Half) count;
};
int dl_iterate_phdr(int (*)(struct clinux_loaded *, size_t, void *), void *);

static inline int clinux_has_relocated_code(const struct clinux_loaded *object) {
    for (int i = 0; i < object->count; i++) {
        if (object->headers[i].p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->address + object->headers[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL
                || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL))
                return 1;
    }
    return 0;
}

// Pages that lie wholly in a segment that nobody may write to, and that the dynamic linker has not
// written to either, are as the file has them.
static inline int clinux_give_back(struct clinux_loaded *object, size_t size, void *unused) {
    (void)size, (void)unused;
    if (clinux_has_relocated_code(object)) return 0;
    ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->count; i++) {
        const ElfW(Phdr) *header = &object->headers[i];
        if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
        ElfW(Addr) start = object->address + header->p_vaddr;
        ElfW(Addr) end = (start + header->p_memsz) & ~(page - 1);
        start = (start + page - 1) & ~(page - 1);
        if (start < end) madvise((void *)start, end - start, 4 /* MADV_DONTNEED */);
    }
    return 0;
}
static inline void clinux_give_back_code(void) { dl_iterate_phdr(clinux_give_back, NULL); }
