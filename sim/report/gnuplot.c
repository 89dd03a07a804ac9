#include "report/gnuplot.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *extension;
    const char *terminal;
    double unit; /* of a canvas, in the terminal's own */
    const char *suffix, *options;
} picture_table[PICTURES] = {
    [PICTURE_SVG] = {".svg", "svg", 1, "", "font 'DejaVu Sans,14' background '#ffffff'"},
    /* cairo counts letters in points, 3/4 of a pixel */
    [PICTURE_PNG] = {".png", "pngcairo", 1, "", "font 'DejaVu Sans,10.5'"},
    [PICTURE_PDF] = {".pdf", "pdfcairo", 1 / 96.0, "in", "font 'DejaVu Sans,10.5' fontscale 0.75"},
    [PICTURE_TERMINAL] = {NULL, "dumb", 1, "", "nofeed mono"},
};

enum picture
picture_of_path(const char *path)
{
    const size_t length = strlen(path);

    for (unsigned i = 0; i < PICTURES; i++) {
        const char *end = picture_table[i].extension;

        if (end != NULL && length > strlen(end) &&
            strcasecmp(path + length - strlen(end), end) == 0)
            return (enum picture)i;
    }
    return PICTURES;
}

void
gnuplot_terminal(struct text *out, enum picture picture, unsigned width, unsigned height)
{
    const double unit = picture_table[picture].unit;
    const char *suffix = picture_table[picture].suffix;

    text_addf(out, "set terminal %s size %.6g%s,%.6g%s %s noenhanced\n",
              picture_table[picture].terminal, width * unit, suffix, height * unit, suffix,
              picture_table[picture].options);
}

/* Length of the UTF-8 character at `s`, 0 when it is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
static size_t
utf8_length(const unsigned char *s)
{
    static const struct {
        unsigned char first, last, low, high; /* of the first byte; of the second */
        size_t length;
    } form[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    if (s[0] < 0x80)
        return 1;
    for (size_t i = 0; i < COUNT(form); i++) {
        if (s[0] < form[i].first || s[0] > form[i].last)
            continue;
        bool fits = s[1] >= form[i].low && s[1] <= form[i].high;

        for (size_t k = 2; fits && k < form[i].length; k++)
            fits = (s[k] & 0xc0) == 0x80;
        return fits ? form[i].length : 0;
    }
    return 0;
}

void
gnuplot_clean(struct text *out, const char *s)
{
    const unsigned char *at = (const unsigned char *)s;

    while (*at != 0) {
        const size_t length = utf8_length(at);
        /* U+0080 to U+009F are control characters too; U+FFFE and U+FFFF are none at all */
        const bool control = *at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0);
        const bool none = length == 0 || (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe);

        if (none)
            text_add(out, "\xef\xbf\xbd");
        else if (control)
            text_add(out, " ");
        else
            text_add_bytes(out, (const char *)at, length);
        at += length == 0 ? 1 : length;
    }
}

void
gnuplot_string(struct text *out, const char *s)
{
    struct text clean = {0};

    gnuplot_clean(&clean, s);
    text_add(out, "'");
    for (const char *at = text_str(&clean); *at != '\0'; at++)
        text_add_bytes(out, *at == '\'' ? "''" : at, *at == '\'' ? 2 : 1);
    text_add(out, "'");
    out->lost |= clean.lost;
    text_release(&clean);
}

/* ---- the other program ---- */

/* Our ends of its standard input, output and error; -1: closed. */
struct child {
    pid_t pid;
    int in, out, err;
};

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int
spawn_with(struct child *child, const int theirs[3])
{
    /* -d: default settings, not the user's */
    char *const argv[] = {(char[]){"gnuplot"}, (char[]){"-d"}, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t restore;
    int rc = posix_spawn_file_actions_init(&files);

    if (rc != 0)
        return rc;
    rc = posix_spawnattr_init(&how);
    for (int i = 0; rc == 0 && i < 3; i++)
        rc = posix_spawn_file_actions_adddup2(&files, theirs[i], i);
    if (rc == 0) {
        /* what a caller ignores its child would ignore too */
        sigemptyset(&restore);
        sigaddset(&restore, SIGPIPE);
        posix_spawnattr_setsigdefault(&how, &restore);
        posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF);
        rc = posix_spawnp(&child->pid, argv[0], &files, &how, argv, environ);
        posix_spawnattr_destroy(&how);
    }
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* The number of the system's error, or 0. Its input is a socket: writing to one whose reader is
 * gone is an error (MSG_NOSIGNAL), where a pipe would send a signal. */
static int
start(struct child *child)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
    int rc = 0;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) < 0 || pipe2(out, O_CLOEXEC) < 0 ||
        pipe2(err, O_CLOEXEC) < 0)
        rc = errno;
    if (rc == 0)
        rc = spawn_with(child, (int[]){in[1], out[1], err[1]});
    close_fd(&in[1]);
    close_fd(&out[1]);
    close_fd(&err[1]);
    if (rc != 0) {
        close_fd(&in[0]);
        close_fd(&out[0]);
        close_fd(&err[0]);
    }
    child->in = in[0];
    child->out = out[0];
    child->err = err[0];
    return rc;
}

/* Sends on what it takes; closes when all is sent or it listens no more. */
static void
feed(struct child *child, const struct text *script, size_t *sent)
{
    const ssize_t n =
        send(child->in, script->s + *sent, script->length - *sent, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n > 0)
        *sent += (size_t)n;
    if (*sent == script->length || (n < 0 && errno != EINTR && errno != EAGAIN))
        close_fd(&child->in);
}

static void
drain(int *fd, struct text *into)
{
    char bytes[65536];
    const ssize_t n = read(*fd, bytes, sizeof bytes);

    if (n > 0)
        text_add_bytes(into, bytes, (size_t)n);
    else if (n == 0 || errno != EINTR)
        close_fd(fd);
}

/* Both ways at once, so that neither program waits for the other for ever. */
static void
converse(struct child *child, const struct text *script, struct text *out, struct text *err)
{
    size_t sent = 0;

    while (child->out >= 0 || child->err >= 0) {
        struct pollfd fd[3] = {
            {child->in, POLLOUT, 0}, {child->out, POLLIN, 0}, {child->err, POLLIN, 0}};

        if (poll(fd, 3, -1) < 0 && errno != EINTR)
            break;
        if (fd[0].revents != 0)
            feed(child, script, &sent);
        if (fd[1].revents != 0)
            drain(&child->out, out);
        if (fd[2].revents != 0)
            drain(&child->err, err);
    }
    close_fd(&child->in);
    close_fd(&child->out);
    close_fd(&child->err);
}

/* gnuplot's message without the echo of the line it stumbled on: its last line that says something,
 * "line 3: undefined function: f". */
static const char *
complaint(struct text *err)
{
    const char *best = "";

    for (char *save = NULL, *line = strtok_r(err->s, "\r\n", &save); line != NULL;
         line = strtok_r(NULL, "\r\n", &save)) {
        line += strspn(line, " \t^");
        if (*line != '\0')
            best = line;
    }
    return best;
}

static int
judge(pid_t pid, const struct text *out, size_t before, struct text *err, struct why *why)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return why_add(why, ERR_IO, NULL, "jurisim: gnuplot got lost: %s", strerror(errno));
    if (out->lost || err->lost)
        return why_no_memory(why);
    if (WIFSIGNALED(status))
        return why_add(why, ERR_IO, NULL, "jurisim: gnuplot was ended by signal %d",
                       WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return why_add(why, ERR_IO, NULL, "jurisim: gnuplot failed: %s",
                       err->length > 0 ? complaint(err) : "it does not say why");
    if (out->length == before)
        return why_add(why, ERR_IO, NULL, "jurisim: gnuplot drew nothing%s%s",
                       err->length > 0 ? ": " : "", err->length > 0 ? complaint(err) : "");
    return 0;
}

int
gnuplot_run(struct text *picture, const struct text *script, struct why *why)
{
    struct child child;
    struct text err = {0};
    const size_t before = picture->length;
    int rc;

    if (script->lost)
        return why_no_memory(why);
    rc = start(&child);
    if (rc == ENOENT)
        return why_add(why, ERR_IO, NULL,
                       "jurisim: figures are drawn by gnuplot, which is not installed "
                       "(Debian package gnuplot-nox)");
    if (rc != 0)
        return why_add(why, ERR_IO, NULL, "jurisim: cannot start gnuplot: %s", strerror(rc));
    converse(&child, script, picture, &err);
    rc = judge(child.pid, picture, before, &err, why);
    text_release(&err);
    return rc;
}

/* ---- to a file ---- */

static int
write_all(int fd, const struct text *bytes)
{
    for (size_t done = 0; done < bytes->length;) {
        const ssize_t n = write(fd, bytes->s + done, bytes->length - done);

        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            done += (size_t)n;
    }
    return 0;
}

int
picture_save(const char *path, const struct text *picture, struct why *why)
{
    struct text other = {0};
    int rc = 0;

    if (picture->lost)
        return why_no_memory(why);
    text_addf(&other, "%s.%ld.tmp", path, (long)getpid());
    if (other.lost) {
        text_release(&other);
        return why_no_memory(why);
    }
    int fd = open(other.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const bool made = fd >= 0;

    if (!made || write_all(fd, picture) < 0 || fsync(fd) < 0)
        rc = errno;
    if (made && close(fd) < 0 && rc == 0)
        rc = errno;
    if (rc == 0 && rename(other.s, path) < 0)
        rc = errno;
    if (rc != 0) {
        why_add(why, ERR_IO, NULL, "%s: cannot write: %s", path, strerror(rc));
        if (made)
            unlink(other.s);
    }
    text_release(&other);
    return rc == 0 ? 0 : ERR_IO;
}
