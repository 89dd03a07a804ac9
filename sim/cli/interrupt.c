#include "cli/interrupt.h"

#include <unistd.h>

/* Set by the first interrupt: trials under way are finished and kept. */
static volatile int interrupted;

static void
on_interrupt(int signal_number)
{
    static const char message[] =
        "\njurisim: stopping after the trials under way; again to stop at once\n";

    (void)signal_number;
    interrupted = 1;
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        interrupted = 1; /* nobody reads it; the stop counts all the same */
}

const volatile int *
interrupt_begin(struct interrupt *interrupt)
{
    struct sigaction act = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};

    interrupted = 0;
    sigaction(SIGINT, &act, &interrupt->before);
    return &interrupted;
}

void
interrupt_end(struct interrupt *interrupt)
{
    sigaction(SIGINT, &interrupt->before, NULL);
}
