// The mixer of a sound card made of files: an ALSA control plug-in of type `paced` with one volume
// and one switch, kept in a file so that a test can read what a person would hear.
//
//     ctl_type.paced { lib "/path/to/libasound_paced.so" }
//     ctl.mixer { type paced  file "/tmp/mixer"  name "Master"  decibels 1 }
//
// `file`  the volume, 0 to 100, and the switch, 0 or 1: "55 1". `name` of the control. `decibels`:
//         whether a step is known to be 0.6 dB (1), the top being 0 dB, or nobody knows (0).
#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    snd_ctl_ext_t ext;
    char path[256], name[24];
    bool knows_decibels;
} mixer_t;

enum { volume_key, switch_key, keys };

static void element_name(const mixer_t *mixer, unsigned key, char *name, size_t size) {
    snprintf(name, size, "%s Playback %s", mixer->name, key == volume_key ? "Volume" : "Switch");
}

static void load(const mixer_t *mixer, long values[keys]) {
    values[volume_key] = 0;
    values[switch_key] = 0;
    FILE *file = fopen(mixer->path, "re");
    if (file == NULL) return;
    if (fscanf(file, "%ld %ld", &values[volume_key], &values[switch_key]) < keys) errno = 0;
    fclose(file);
}

static int count_elements(snd_ctl_ext_t *ext) {
    (void)ext;
    return keys;
}

static int list_element(snd_ctl_ext_t *ext, unsigned offset, snd_ctl_elem_id_t *id) {
    char name[44];
    element_name(ext->private_data, offset, name, sizeof name);
    snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
    snd_ctl_elem_id_set_name(id, name);
    return 0;
}

static snd_ctl_ext_key_t find_element(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id) {
    for (unsigned key = 0; key < keys; key++) {
        char name[44];
        element_name(ext->private_data, key, name, sizeof name);
        if (strcmp(name, snd_ctl_elem_id_get_name(id)) == 0) return key;
    }
    return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int describe(
    snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned *access, unsigned *count
) {
    const mixer_t *mixer = ext->private_data;
    *type = key == volume_key ? SND_CTL_ELEM_TYPE_INTEGER : SND_CTL_ELEM_TYPE_BOOLEAN;
    *access = SND_CTL_EXT_ACCESS_READWRITE;
    if (key == volume_key && mixer->knows_decibels) *access |= SND_CTL_EXT_ACCESS_TLV_READ;
    *count = 1;
    return 0;
}

static int range(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *least, long *most, long *step) {
    (void)ext;
    *least = 0;
    *most = key == volume_key ? 100 : 1;
    *step = 1;
    return 0;
}

static int read_value(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
    long values[keys];
    load(ext->private_data, values);
    *value = values[key];
    return 0;
}

/// - Returns: 1 when the value changed, as ALSA wants to know.
static int write_value(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
    const mixer_t *mixer = ext->private_data;
    long values[keys];
    load(mixer, values);
    if (values[key] == *value) return 0;
    values[key] = *value;
    FILE *file = fopen(mixer->path, "we");
    if (file == NULL) return -errno;
    fprintf(file, "%ld %ld\n", values[volume_key], values[switch_key]);
    return fclose(file) == 0 ? 1 : -errno;
}

static int no_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned *mask) {
    (void)ext, (void)id, (void)mask;
    return -EAGAIN;
}

static void on_close(snd_ctl_ext_t *ext) { free(ext->private_data); }

static const snd_ctl_ext_callback_t callbacks = {
    .close = on_close,
    .elem_count = count_elements,
    .elem_list = list_element,
    .find_elem = find_element,
    .get_attribute = describe,
    .get_integer_info = range,
    .read_integer = read_value,
    .write_integer = write_value,
    .read_event = no_event,
};

SND_CTL_PLUGIN_DEFINE_FUNC(paced) {
    (void)root;
    const char *path = "", *element = "Master";
    long decibels = 1;
    snd_config_iterator_t item, next;
    snd_config_for_each(item, next, conf) {
        snd_config_t *entry = snd_config_iterator_entry(item);
        const char *key;
        if (snd_config_get_id(entry, &key) < 0) continue;
        if (strcmp(key, "file") == 0) snd_config_get_string(entry, &path);
        else if (strcmp(key, "name") == 0) snd_config_get_string(entry, &element);
        else if (strcmp(key, "decibels") == 0) snd_config_get_integer(entry, &decibels);
    }
    mixer_t *mixer = calloc(1, sizeof *mixer);
    if (mixer == NULL) return -ENOMEM;
    snprintf(mixer->path, sizeof mixer->path, "%s", path);
    snprintf(mixer->name, sizeof mixer->name, "%s", element);
    mixer->knows_decibels = decibels != 0;
    // The kind of scale, the bytes that follow, the least in hundredths of a decibel, a step.
    static const unsigned scale[] = {SND_CTL_TLVT_DB_SCALE, 8, (unsigned)-6000, 60};
    if (mixer->knows_decibels) mixer->ext.tlv.p = scale;
    mixer->ext.version = SND_CTL_EXT_VERSION;
    strcpy(mixer->ext.id, "Paced");
    strcpy(mixer->ext.driver, "paced");
    strcpy(mixer->ext.name, "A mixer made of a file");
    mixer->ext.poll_fd = -1;
    mixer->ext.callback = &callbacks;
    mixer->ext.private_data = mixer;
    int status = snd_ctl_ext_create(&mixer->ext, name, mode);
    if (status < 0) {
        free(mixer);
        return status;
    }
    *handlep = mixer->ext.handle;
    return 0;
}

SND_CTL_PLUGIN_SYMBOL(paced);
