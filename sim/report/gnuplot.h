#ifndef REPORT_GNUPLOT_H
#define REPORT_GNUPLOT_H

/*
 * gnuplot over pipes: a script in, the bytes of a picture out. Started without a shell and with its
 * default settings (nobody's ~/.gnuplot takes part). The only file that knows it is another
 * program.
 */
#include "base/text.h"

/* What a picture is written as. */
enum picture { PICTURE_SVG, PICTURE_PNG, PICTURE_PDF, PICTURE_TERMINAL, PICTURES };

/* The kind that a file name's extension asks for, in either case; PICTURES when none. */
enum picture picture_of_path(const char *path);

/*
 * The line that makes gnuplot write this kind to its standard output: for files 1000 units wide and
 * `height` units high, a unit being a pixel of SVG and PNG; for a terminal `width` x `height`
 * characters.
 */
void gnuplot_terminal(struct text *out, enum picture picture, unsigned width, unsigned height);

/* Adds `s` with spaces for its control characters and U+FFFD for bytes that are not UTF-8: an SVG
 * with either is not well-formed. */
void gnuplot_clean(struct text *out, const char *s);

/* The same as a gnuplot string constant. In single quotes: inside double ones gnuplot would run
 * `commands` in back quotes. */
void gnuplot_string(struct text *out, const char *s);

/*
 * Runs a script and adds what gnuplot writes to its standard output to `picture` (any bytes).
 * ERR_IO: gnuplot is not installed (the message names the Debian package), fails, complains, or
 * writes nothing; the message carries its own words. ERR_MEMORY.
 */
MUST_CHECK int gnuplot_run(struct text *picture, const struct text *script, struct why *why);

/* Writes a file whole or not at all: under another name in the same folder, then renamed; what was
 * there before is replaced. ERR_IO. */
MUST_CHECK int picture_save(const char *path, const struct text *picture, struct why *why);

#endif
