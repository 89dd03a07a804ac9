#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

/* Ctrl-C while trials run: the first stops between trials, a second ends the program. */
#include <signal.h>

struct interrupt {
    struct sigaction before;
};

/* From here on the first interrupt makes the result non-zero. One at a time. */
const volatile int *interrupt_begin(struct interrupt *interrupt);
void interrupt_end(struct interrupt *interrupt);

#endif
