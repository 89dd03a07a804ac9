#include "crypto/machine.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/mem.h"
#include "base/units.h"
#include "crypto/foreign.h"

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

/* Those of the processor's flags that ciphers, hashes and big numbers are written for. */
static void
read_flags(char *out, size_t room)
{
    static const char *const of_use[] = {
        "aes",  "pclmulqdq", "avx2", "avx512f", "avx512bw",   "avx512vl", "vaes",  "vpclmulqdq",
        "gfni", "sha_ni",    "bmi2", "adx",     "avx512ifma", "asimd",    "pmull", "sha2"};
    char *line = NULL;
    size_t capacity = 0, length = 0;
    FILE *file = fopen("/proc/cpuinfo", "re");
    bool found = false;

    out[0] = 0;
    while (file && !found && getline(&line, &capacity, file) > 0) {
        char *rest = NULL, *flag;

        if (strncmp(line, "flags", 5) != 0 && strncmp(line, "Features", 8) != 0)
            continue;
        found = true;
        strtok_r(line, ":", &rest);
        while ((flag = strtok_r(NULL, " \n", &rest)) != NULL)
            for (size_t i = 0; i < COUNT(of_use); i++)
                if (strcmp(flag, of_use[i]) == 0 && length + strlen(flag) + 1 < room)
                    length += (size_t)snprintf(out + length, room - length, "%s%s",
                                               length > 0 ? " " : "", flag);
    }
    free(line);
    if (file)
        fclose(file);
}

static void
read_libraries(char *out, size_t room)
{
    const struct {
        const char *name, *version;
    } library[] = {{"libsodium", sodium_library()},
                   {"libgcrypt", gcrypt_library()},
                   {"libipsec_mb", ipsec_mb_library()},
                   {"ISA-L", isal_library()}};
    size_t length = 0;

    out[0] = 0;
    for (size_t i = 0; i < COUNT(library); i++)
        if (library[i].version != NULL && length < room)
            length += (size_t)snprintf(out + length, room - length, "%s%s %s",
                                       length > 0 ? ", " : "", library[i].name, library[i].version);
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
    read_flags(out->flags, sizeof out->flags);
    read_libraries(out->libraries, sizeof out->libraries);
    snprintf(out->library, sizeof out->library, "OpenSSL %s",
             OpenSSL_version(OPENSSL_VERSION_STRING));
    return 0;
}
