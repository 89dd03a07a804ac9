#include "crypto/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/units.h"

/* Copies without control characters, so that the name fits on one line of a cost file. */
static void
copy_line(char *out, size_t room, const char *from)
{
    size_t n = 0;

    for (; *from && *from != '\n' && n + 1 < room; from++) {
        if ((unsigned char)*from >= ' ' && (unsigned char)*from < 127)
            out[n++] = *from;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = 0;
}

/* x86 says "model name : ..."; many others say nothing of the kind. */
static void
read_cpu(char *out, size_t room)
{
    static const char label[] = "model name";
    struct utsname name;
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = fopen("/proc/cpuinfo", "re");

    out[0] = 0;
    while (file && !out[0] && getline(&line, &capacity, file) > 0) {
        const char *colon = strchr(line, ':');

        if (strncmp(line, label, sizeof label - 1) == 0 && colon)
            copy_line(out, room, colon + 1 + strspn(colon + 1, " "));
    }
    free(line);
    if (file)
        fclose(file);
    if (!out[0])
        copy_line(out, room, uname(&name) == 0 ? name.machine : "unknown");
}

static unsigned
count_cores(void)
{
    cpu_set_t set;
    long online;

    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

int
machine_read(struct machine *out, const char *date, struct why *why)
{
    int64_t unix_s;

    *out = (struct machine){.cores = count_cores(), .program = JURISIM_VERSION};
    if (strlen(date) != 10 || date_read(date, &unix_s) < 0)
        return why_add(why, ERR_INPUT, NULL, "date of measurement: '%s' is no date YYYY-MM-DD",
                       date);
    copy_line(out->measured, sizeof out->measured, date);
    read_cpu(out->cpu, sizeof out->cpu);
    snprintf(out->library, sizeof out->library, "OpenSSL %s",
             OpenSSL_version(OPENSSL_VERSION_STRING));
    return 0;
}
