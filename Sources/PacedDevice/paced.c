// A sound card made of files, for tests, the demonstration and the benchmark: an ALSA plug-in of
// type `paced` that takes exactly as long as a real card would. ALSA's own `file` and `null` do
// not: three seconds go through them in no time.
//
//     pcm_type.paced { lib "/path/to/libasound_paced.so" }
//     pcm.card { type plug  slave.pcm { type paced  in "/tmp/mic"  out "/tmp/speaker" } }
//
// `in`    what the microphone hears: 16-bit samples from a file or FIFO; a quiet room when there
//         are none.
// `out`   what was heard from the speaker, appended as it is heard: nothing that was dropped.
// `rate`  frames a second (16000); `channels` (1); `format` of a sample (S16_LE); `speed` how much
//         faster than real time (1).
// `control`  a file whose one word makes the card fail, once each time the file is replaced:
//         `unplugged` (what is open is dead from then on, and nothing can be opened while it says
//         so), `overrun`, `underrun`, `suspend`; any other word is none.
//
// There is no thread: time is read off CLOCK_MONOTONIC, and frames are moved when ALSA asks how
// far the device has come. A timerfd, armed for the moment when enough frames will have gone
// through, is what a program polls.
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "paced.h"

typedef struct {
    snd_pcm_ioplug_t plug;
    int source, sink, timer;
    int64_t rate, speed;
    int64_t origin;  // when frame 0 went through, in nanoseconds
    int64_t done;    // frames that went through since `prepare`
    bool running;
    size_t frame_bytes;
    snd_pcm_uframes_t wanted;  // frames that must be ready before a program is woken
    uint32_t room;             // state of the quiet room's noise
    char *control;
    struct stat obeyed;  // the control file as it was when it was last looked into
    bool unplugged, suspended, tripped;
} paced_t;

static const int64_t second = 1000000000;

static int64_t monotonic(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * second + time.tv_nsec;
}

/// How long so many frames take, in nanoseconds: also those of weeks, which would not fit in between.
static int64_t time_of(const paced_t *card, int64_t frames) {
    int64_t rate = card->rate * card->speed;
    return frames / rate * second + frames % rate * second / rate;
}

/// How many whole frames go through in so many nanoseconds.
static int64_t frames_in(const paced_t *card, int64_t time) {
    int64_t rate = card->rate * card->speed;
    return time / second * rate + time % second * rate / second;
}

static bool plays(const paced_t *card) { return card->plug.stream == SND_PCM_STREAM_PLAYBACK; }

/// Frames waiting in the buffer: to be heard, or to be read. ALSA's own count of what the device
/// did lags behind `done`, so it is not asked.
static int64_t waiting(const paced_t *card) {
    int64_t ahead = (int64_t)card->plug.appl_ptr - card->done;
    if (!plays(card)) ahead = -ahead;
    return ahead > 0 ? ahead : 0;
}

/// Frames a program could write or read now.
static int64_t ready(const paced_t *card) {
    return plays(card) ? (int64_t)card->plug.buffer_size - waiting(card) : waiting(card);
}

/// Sets the timer for when a poll should return: a moment in the past means at once, 0 never.
static void set_timer(paced_t *card) {
    int64_t missing = card->plug.state == SND_PCM_STATE_DRAINING
                          ? waiting(card)
                          : (int64_t)card->wanted - ready(card);
    int64_t when = 1;
    if (missing > 0 && !card->unplugged && !card->suspended)
        when = card->running
                   ? card->origin + time_of(card, card->done + missing) + 1
                   : 0;
    struct itimerspec at = {.it_value = {when / second, when % second}};
    timerfd_settime(card->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/// Reads the control file's word: "" if there is none.
static void read_control(const char *path, char *word, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, word, size - 1) : 0;
    word[got > 0 ? got : 0] = 0;
    if (file >= 0) close(file);
}

/// Does what the control file says, if it was replaced since it was last looked into.
static void obey(paced_t *card) {
    struct stat now;
    if (card->control == NULL || stat(card->control, &now) < 0) return;
    if (now.st_ino == card->obeyed.st_ino && now.st_mtim.tv_sec == card->obeyed.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == card->obeyed.st_mtim.tv_nsec)
        return;
    card->obeyed = now;
    char word[16];
    read_control(card->control, word, sizeof word);
    if (strcmp(word, "unplugged") == 0) card->unplugged = true;
    if (strcmp(word, "suspend") == 0) card->suspended = true;
    if (strcmp(word, plays(card) ? "underrun" : "overrun") == 0) card->tripped = true;
}

/// The room is digitally silent to cards whose samples are not 16 bits wide.
static void quiet_room(paced_t *card, char *bytes, size_t count) {
    if (card->plug.format != SND_PCM_FORMAT_S16_LE) {
        memset(bytes, 0, count);
        return;
    }
    for (int16_t *sample = (int16_t *)bytes; (char *)sample < bytes + count; sample++) {
        card->room = card->room * 1103515245u + 12345u;
        *sample = (int16_t)((card->room >> 16) % 17) - 8;
    }
}

/// Lets `frames` go through between the buffer and the files.
static void pass(paced_t *card, int64_t frames) {
    const snd_pcm_channel_area_t *areas = snd_pcm_ioplug_mmap_areas(&card->plug);
    char *buffer = (char *)areas[0].addr + areas[0].first / 8;
    int64_t size = card->plug.buffer_size;
    while (frames > 0) {
        int64_t offset = card->done % size;
        int64_t part = frames < size - offset ? frames : size - offset;
        char *bytes = buffer + offset * card->frame_bytes;
        size_t count = part * card->frame_bytes;
        if (plays(card)) {
            // A reader that does not keep up loses sound, as someone in the room would.
            if (card->sink >= 0 && write(card->sink, bytes, count) < 0) errno = 0;
        } else {
            ssize_t got = card->source >= 0 ? read(card->source, bytes, count) : 0;
            if (got < 0) got = 0;
            got -= got % card->frame_bytes;
            quiet_room(card, bytes + got, count - got);
        }
        card->done += part;
        frames -= part;
    }
}

/// Brings the device up to this moment; false if the program did not keep up.
static bool catch_up(paced_t *card) {
    if (!card->running) return true;
    int64_t due = frames_in(card, monotonic() - card->origin) - card->done;
    int64_t possible =
        plays(card) ? waiting(card) : (int64_t)card->plug.buffer_size - waiting(card);
    if (due > 0) pass(card, due < possible ? due : possible);
    return due <= possible;
}

static snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t *plug) {
    paced_t *card = plug->private_data;
    obey(card);
    // ALSA itself knows no way for a plug-in to say these two: it looks at the state afterwards.
    if (card->unplugged || card->suspended) {
        plug->state = card->unplugged ? SND_PCM_STATE_DISCONNECTED : SND_PCM_STATE_SUSPENDED;
        card->running = false;
        set_timer(card);
    } else if (card->tripped || !catch_up(card)) {
        card->tripped = false;
        return -EPIPE;
    }
    return card->done % plug->buffer_size;
}

static int on_start(snd_pcm_ioplug_t *plug) {
    paced_t *card = plug->private_data;
    if (card->unplugged) return -ENODEV;
    card->origin = monotonic() - time_of(card, card->done);
    card->running = true;
    set_timer(card);
    return 0;
}

static int on_stop(snd_pcm_ioplug_t *plug) {
    paced_t *card = plug->private_data;
    catch_up(card);  // what is left in the buffer now is never heard
    card->running = false;
    return 0;
}

static int on_prepare(snd_pcm_ioplug_t *plug) {
    paced_t *card = plug->private_data;
    if (card->unplugged) return -ENODEV;
    card->suspended = card->tripped = false;
    card->done = 0;
    card->running = false;
    set_timer(card);
    return 0;
}

static int on_poll(
    snd_pcm_ioplug_t *plug, struct pollfd *polled, unsigned count, unsigned short *events
) {
    (void)polled, (void)count;
    paced_t *card = plug->private_data;
    unsigned short good = plays(card) ? POLLOUT : POLLIN;
    bool broken = snd_pcm_avail_update(plug->pcm) < 0 || plug->state == SND_PCM_STATE_XRUN ||
                  card->unplugged || card->suspended;
    int64_t needed = plug->state == SND_PCM_STATE_DRAINING ? (int64_t)plug->buffer_size
                                                           : (int64_t)card->wanted;
    *events = broken ? good | POLLERR : ready(card) >= needed ? good : 0;
    if (*events == 0) set_timer(card);
    return 0;
}

static int on_hw_params(snd_pcm_ioplug_t *plug, snd_pcm_hw_params_t *parameters) {
    (void)parameters;
    paced_t *card = plug->private_data;
    card->frame_bytes = snd_pcm_format_physical_width(plug->format) / 8 * plug->channels;
    card->wanted = plug->period_size;
    return 0;
}

static int on_sw_params(snd_pcm_ioplug_t *plug, snd_pcm_sw_params_t *parameters) {
    paced_t *card = plug->private_data;
    snd_pcm_sw_params_get_avail_min(parameters, &card->wanted);
    return 0;
}

static int on_close(snd_pcm_ioplug_t *plug) {
    paced_t *card = plug->private_data;
    if (card->source >= 0) close(card->source);
    if (card->sink >= 0) close(card->sink);
    if (card->timer >= 0) close(card->timer);
    free(card->control);
    free(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = on_start,
    .stop = on_stop,
    .pointer = on_pointer,
    .prepare = on_prepare,
    .poll_revents = on_poll,
    .hw_params = on_hw_params,
    .sw_params = on_sw_params,
    .close = on_close,
};

/// Memory-mapped access only: with read and write access ALSA would ask for a `transfer` that it
/// then never calls.
static int limit(
    snd_pcm_ioplug_t *plug, const paced_t *card, long channels, unsigned format
) {
    unsigned access = SND_PCM_ACCESS_MMAP_INTERLEAVED;
    int status = snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
    if (status >= 0)
        status = snd_pcm_ioplug_set_param_list(plug, SND_PCM_IOPLUG_HW_FORMAT, 1, &format);
    const struct { int what; unsigned least, most; } limits[] = {
        {SND_PCM_IOPLUG_HW_CHANNELS, channels, channels},
        {SND_PCM_IOPLUG_HW_RATE, card->rate, card->rate},
        {SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 1 << 16},
        {SND_PCM_IOPLUG_HW_BUFFER_BYTES, 256, 1 << 18},
        {SND_PCM_IOPLUG_HW_PERIODS, 2, 1024},
    };
    for (size_t i = 0; status >= 0 && i < sizeof limits / sizeof *limits; i++)
        status = snd_pcm_ioplug_set_param_minmax(
            plug, limits[i].what, limits[i].least, limits[i].most);
    return status;
}

SND_PCM_PLUGIN_DEFINE_FUNC(paced) {
    (void)root;
    const char *in = NULL, *out = NULL, *control = NULL, *format = "S16_LE";
    long rate = 16000, channels = 1, speed = 1;
    snd_config_iterator_t item, next;
    snd_config_for_each(item, next, conf) {
        snd_config_t *entry = snd_config_iterator_entry(item);
        const char *key;
        if (snd_config_get_id(entry, &key) < 0) continue;
        if (strcmp(key, "in") == 0) snd_config_get_string(entry, &in);
        else if (strcmp(key, "out") == 0) snd_config_get_string(entry, &out);
        else if (strcmp(key, "control") == 0) snd_config_get_string(entry, &control);
        else if (strcmp(key, "format") == 0) snd_config_get_string(entry, &format);
        else if (strcmp(key, "rate") == 0) snd_config_get_integer(entry, &rate);
        else if (strcmp(key, "channels") == 0) snd_config_get_integer(entry, &channels);
        else if (strcmp(key, "speed") == 0) snd_config_get_integer(entry, &speed);
    }
    snd_pcm_format_t sample = snd_pcm_format_value(format);
    if (rate < 1 || channels < 1 || speed < 1 || sample == SND_PCM_FORMAT_UNKNOWN) return -EINVAL;
    if (control != NULL) {
        char word[16];
        read_control(control, word, sizeof word);
        if (strcmp(word, "unplugged") == 0) return -ENOENT;
    }

    paced_t *card = calloc(1, sizeof *card);
    if (card == NULL) return -ENOMEM;
    card->source = card->sink = -1;
    card->rate = rate;
    card->speed = speed;
    if (control != NULL && control[0] != 0) card->control = strdup(control);
    if (card->control != NULL) stat(card->control, &card->obeyed);
    bool play = stream == SND_PCM_STREAM_PLAYBACK;
    int status = 0;
    if (!play && in != NULL) {
        card->source = open(in, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (card->source < 0) status = -errno;
    }
    if (play && out != NULL) {
        card->sink = open(out, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0644);
        if (card->sink < 0) status = -errno;
    }
    card->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    card->plug.version = SND_PCM_IOPLUG_VERSION;
    card->plug.name = "A sound card made of files";
    card->plug.callback = &callbacks;
    card->plug.private_data = card;
    card->plug.mmap_rw = 1;
    card->plug.poll_fd = card->timer;
    card->plug.poll_events = POLLIN;
    card->plug.flags = SND_PCM_IOPLUG_FLAG_LISTED | SND_PCM_IOPLUG_FLAG_MONOTONIC;
    if (status >= 0) {
        status = snd_pcm_ioplug_create(&card->plug, name, stream, mode);
        if (status >= 0) {
            status = limit(&card->plug, card, channels, sample);
            if (status >= 0) {
                *pcmp = card->plug.pcm;
                return 0;
            }
            snd_pcm_ioplug_delete(&card->plug);  // calls on_close
            return status;
        }
    }
    on_close(&card->plug);
    return status;
}

SND_PCM_PLUGIN_SYMBOL(paced);
